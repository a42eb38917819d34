using System.Security.Cryptography;

namespace IdentityServer.Keys;

/// <summary>A JSON document as ready bytes, built once per change, with its entity tag (RFC 9110 §8.8.3).</summary>
public sealed class ReadyDocument(byte[] bytes)
{
    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>The entity tag, with its quotes.</summary>
    public string ETag { get; } = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\"";
}
