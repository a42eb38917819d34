using System.Buffers;
using System.Text.Json;

namespace IdentityServer.Protocol;

/// <summary>
/// A successful token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3), with FusionAuth's <c>userId</c> and
/// <c>refresh_token_id</c>. Sent with <c>Cache-Control: no-store</c>.
/// </summary>
public sealed record TokenResponse(string AccessToken, int ExpiresIn)
{
    /// <summary>When the access token ends, for who answers in another form; not part of this one.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    public string? IdToken { get; init; }
    public string? RefreshToken { get; init; }
    public Guid? RefreshTokenId { get; init; }

    /// <summary>What was granted; may be left out only if it is what was asked for.</summary>
    public ScopeSet Scope { get; init; } = ScopeSet.Empty;

    public Guid? UserId { get; init; }

    public void WriteTo(IBufferWriter<byte> output) => Json.Write(output, this, static (response, writer) => response.WriteTo(writer));

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("access_token"u8, AccessToken);
        writer.WriteString("token_type"u8, "Bearer"u8);
        writer.WriteNumber("expires_in"u8, ExpiresIn);
        if (Scope.Count > 0)
            writer.WriteString("scope"u8, Scope.ToString());
        if (IdToken is not null)
            writer.WriteString("id_token"u8, IdToken);
        if (RefreshToken is not null)
            writer.WriteString("refresh_token"u8, RefreshToken);
        if (RefreshTokenId is { } refreshTokenId)
            writer.WriteString("refresh_token_id"u8, refreshTokenId);
        if (UserId is { } userId)
            writer.WriteString("userId"u8, userId);
        writer.WriteEndObject();
    }

    /// <summary>For logs, so without the tokens.</summary>
    public override string ToString() => $"tokens for {Scope}";
}
