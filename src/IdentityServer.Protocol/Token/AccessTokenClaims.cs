using System.Text.Json;

namespace IdentityServer.Protocol;

/// <summary>The claims of an access token (RFC 9068 §2.2), with FusionAuth's and the private one that finds the authorization.</summary>
public sealed record AccessTokenClaims : IJwtClaims
{
    private static readonly string[] Reserved =
    [
        Claims.Issuer, Claims.Subject, Claims.Audience, Claims.ExpiresAt, Claims.IssuedAt, Claims.NotBefore, Claims.JwtId,
        Claims.ClientId, Claims.Scope, Claims.Roles, Claims.AuthenticationTime, Claims.AuthenticationContext,
        Claims.AuthenticationMethods, Claims.ApplicationId, Claims.SessionId, Claims.TenantId, Claims.AuthenticationType,
        Claims.AuthorizationId,
    ];

    public required string Issuer { get; init; }

    /// <summary>The resources asked for, else the client itself (§3).</summary>
    public required IReadOnlyList<string> Audience { get; init; }

    /// <summary>The user; with client_credentials the client (§2.2).</summary>
    public required string Subject { get; init; }

    public required string ClientId { get; init; }
    public required string JwtId { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public ScopeSet Scope { get; init; } = ScopeSet.Empty;
    public DateTimeOffset? AuthenticatedAt { get; init; }
    public string? AuthenticationContext { get; init; }
    public IReadOnlyList<string> AuthenticationMethods { get; init; } = [];

    /// <summary>Null where the user has no registration, which is not the same as having no roles in it.</summary>
    public IReadOnlyList<string>? Roles { get; init; }

    public Guid? ApplicationId { get; init; }
    public string? SessionId { get; init; }
    public Guid? TenantId { get; init; }
    public string? AuthenticationType { get; init; }

    /// <summary>The stored authorization this descends from; null for a token that nothing stored stands behind.</summary>
    public Guid? AuthorizationId { get; init; }

    /// <summary>More claims about the user, as some applications want them; not read back by <see cref="Parse"/>.</summary>
    public ClaimSet? User { get; init; }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteString("iss"u8, Issuer);
        writer.WriteString("sub"u8, Subject);
        ClaimWriter.WriteAudience(writer, Audience);
        writer.WriteString("client_id"u8, ClientId);
        writer.WriteNumber("exp"u8, ExpiresAt.ToUnixTimeSeconds());
        writer.WriteNumber("iat"u8, IssuedAt.ToUnixTimeSeconds());
        writer.WriteString("jti"u8, JwtId);
        if (Scope.Count > 0)
            writer.WriteString("scope"u8, Scope.ToString());
        ClaimWriter.WriteOptional(writer, "auth_time"u8, AuthenticatedAt);
        ClaimWriter.WriteOptional(writer, "acr"u8, AuthenticationContext);
        ClaimWriter.WriteOptional(writer, Claims.AuthenticationMethods, AuthenticationMethods);
        if (Roles is not null)
            ClaimWriter.WriteList(writer, Claims.Roles, Roles);
        ClaimWriter.WriteOptional(writer, "applicationId"u8, ApplicationId);
        ClaimWriter.WriteOptional(writer, "sid"u8, SessionId);
        ClaimWriter.WriteOptional(writer, "tid"u8, TenantId);
        ClaimWriter.WriteOptional(writer, "authenticationType"u8, AuthenticationType);
        ClaimWriter.WriteOptional(writer, "authz_id"u8, AuthorizationId);
        User?.WriteTo(writer, Reserved);
    }

    /// <summary>An access token of ours, verified: signature, type, issuer and time (RFC 9068 §4). Whether it was revoked, the caller knows.</summary>
    public static OAuthResult<AccessTokenClaims> Verify(string compact, JsonWebKeySet keys, string issuer, DateTimeOffset now)
    {
        if (JsonWebToken.Verify(compact, keys, TokenTypes.AccessToken, JwsAlgorithm.Names).Failed(out var error, out var token)
            || Parse(token).Failed(out error, out var claims))
            return error;
        if (claims.Issuer != issuer)
            return OAuthError.AccessTokenInvalid.Because("another issuer");

        return claims.ExpiresAt > now ? claims : OAuthError.AccessTokenExpired;
    }

    private static OAuthResult<AccessTokenClaims> Parse(JsonWebToken token)
    {
        var payload = token.Payload;
        if (token.GetString(Claims.Issuer) is not { } issuer
            || token.GetString(Claims.Subject) is not { } subject
            || token.GetString(Claims.ClientId) is not { } clientId
            || token.GetString(Claims.JwtId) is not { } jwtId
            || token.GetTime(Claims.IssuedAt) is not { } issuedAt
            || token.GetTime(Claims.ExpiresAt) is not { } expiresAt
            || token.GetStrings(Claims.Audience) is not { Count: > 0 } audience
            || ScopeSet.Parse(token.GetString(Claims.Scope)).Failed(out _, out var scope))
            return OAuthError.AccessTokenMalformed.Because("a claim that RFC 9068 requires is missing");

        return new AccessTokenClaims
        {
            Issuer = issuer,
            Audience = audience,
            Subject = subject,
            ClientId = clientId,
            JwtId = jwtId,
            IssuedAt = issuedAt,
            ExpiresAt = expiresAt,
            Scope = scope,
            AuthenticatedAt = token.GetTime(Claims.AuthenticationTime),
            AuthenticationContext = token.GetString(Claims.AuthenticationContext),
            AuthenticationMethods = token.GetStrings(Claims.AuthenticationMethods),
            Roles = payload.TryGetProperty(Claims.Roles, out _) ? token.GetStrings(Claims.Roles) : null,
            ApplicationId = ClaimReader.GetGuid(payload, Claims.ApplicationId),
            SessionId = token.GetString(Claims.SessionId),
            TenantId = ClaimReader.GetGuid(payload, Claims.TenantId),
            AuthenticationType = token.GetString(Claims.AuthenticationType),
            AuthorizationId = ClaimReader.GetGuid(payload, Claims.AuthorizationId),
        };
    }
}
