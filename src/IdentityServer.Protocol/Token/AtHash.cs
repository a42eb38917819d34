using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace IdentityServer.Protocol;

/// <summary><c>at_hash</c> (OpenID Connect Core §3.1.3.6): ties an ID token to the access token that came with it.</summary>
public static class AtHash
{
    /// <summary>The left half of the hash that the ID token's own algorithm uses, base64url.</summary>
    public static string Compute(string accessToken, JwsAlgorithm algorithm)
    {
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        var length = algorithm.HashData(Encoding.ASCII.GetBytes(accessToken), hash);
        return Base64Url.EncodeToString(hash[..(length / 2)]);
    }
}
