using System.Text.Json;

namespace IdentityServer.Protocol;

/// <summary>The claims of an ID token (OpenID Connect Core §2, §3.1.3.6).</summary>
public sealed record IdTokenClaims : IJwtClaims
{
    private static readonly string[] Reserved =
    [
        Claims.Issuer, Claims.Subject, Claims.Audience, Claims.ExpiresAt, Claims.IssuedAt, Claims.NotBefore, Claims.JwtId,
        Claims.AuthenticationTime, Claims.Nonce, Claims.AuthenticationContext, Claims.AuthenticationMethods,
        Claims.AuthorizedParty, Claims.AccessTokenHash, Claims.CodeHash, Claims.SessionId, Claims.TenantId, Claims.AuthenticationType,
    ];

    public required string Issuer { get; init; }
    public required string Subject { get; init; }

    /// <summary>The client; there is no other audience, so <c>azp</c> stays away (§2).</summary>
    public required string ClientId { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public string? JwtId { get; init; }
    public DateTimeOffset? AuthenticatedAt { get; init; }
    public string? Nonce { get; init; }
    public string? AuthenticationContext { get; init; }

    /// <summary><c>amr</c>, by the names of RFC 8176.</summary>
    public IReadOnlyList<string> AuthenticationMethods { get; init; } = [];

    /// <summary><c>azp</c>, for a client that insists on it.</summary>
    public string? AuthorizedParty { get; init; }

    public string? AccessTokenHash { get; init; }
    public string? SessionId { get; init; }
    public Guid? TenantId { get; init; }
    public string? AuthenticationType { get; init; }

    /// <summary>Claims about the user; a name that the protocol itself sets is left out.</summary>
    public ClaimSet? User { get; init; }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteString("iss"u8, Issuer);
        writer.WriteString("sub"u8, Subject);
        writer.WriteString("aud"u8, ClientId);
        writer.WriteNumber("exp"u8, ExpiresAt.ToUnixTimeSeconds());
        writer.WriteNumber("iat"u8, IssuedAt.ToUnixTimeSeconds());
        ClaimWriter.WriteOptional(writer, "jti"u8, JwtId);
        ClaimWriter.WriteOptional(writer, "auth_time"u8, AuthenticatedAt);
        ClaimWriter.WriteOptional(writer, "nonce"u8, Nonce);
        ClaimWriter.WriteOptional(writer, "acr"u8, AuthenticationContext);
        ClaimWriter.WriteOptional(writer, Claims.AuthenticationMethods, AuthenticationMethods);
        ClaimWriter.WriteOptional(writer, "azp"u8, AuthorizedParty);
        ClaimWriter.WriteOptional(writer, "at_hash"u8, AccessTokenHash);
        ClaimWriter.WriteOptional(writer, "sid"u8, SessionId);
        ClaimWriter.WriteOptional(writer, "tid"u8, TenantId);
        ClaimWriter.WriteOptional(writer, "authenticationType"u8, AuthenticationType);
        User?.WriteTo(writer, Reserved);
    }
}
