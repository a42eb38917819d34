namespace IdentityServer.Protocol;

/// <summary>
/// A client's own token as its proof (RFC 7523 §3, OpenID Connect Core §9), verified except for one thing: that
/// <see cref="JwtId"/> was not seen before, which the caller records until <see cref="ExpiresAt"/>.
/// </summary>
public sealed record ClientAssertion(string ClientId, string JwtId, DateTimeOffset ExpiresAt)
{
    /// <summary>How far ahead an assertion may expire.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromMinutes(5);

    /// <summary>How far our clocks may differ.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(10);

    private const int MaxJwtIdLength = 256;

    /// <param name="keys">From the client's record alone.</param>
    /// <param name="allowedAlgorithms">The one the client registered, or every <see cref="JwsAlgorithm"/>.</param>
    public static OAuthResult<ClientAssertion> Verify(
        string compact, JsonWebKeySet keys, IReadOnlyCollection<string> allowedAlgorithms, string clientId, string issuer, DateTimeOffset now)
    {
        if (JsonWebToken.Verify(compact, keys, expectedType: null, allowedAlgorithms).Failed(out var error, out var token))
            return OAuthError.InvalidClient.Because(error.Detail ?? error.Reason);

        var expiresAt = token.GetTime(Claims.ExpiresAt);
        var jwtId = token.GetString(Claims.JwtId);
        var problem = CheckParties(token, clientId, issuer) ?? CheckTimes(token, expiresAt, now) ?? CheckJwtId(jwtId);

        return problem is null ? new ClientAssertion(clientId, jwtId!, expiresAt!.Value) : OAuthError.InvalidClient.Because(problem);
    }

    // §3 rules 1 to 3. The audience is our issuer alone: an assertion that also names another server could be used there.
    private static string? CheckParties(JsonWebToken token, string clientId, string issuer) =>
        token.GetString(Claims.Issuer) != clientId || token.GetString(Claims.Subject) != clientId ? "iss and sub must both be the client_id"
        : token.GetStrings(Claims.Audience) is not [var audience] || audience != issuer ? "aud must be the issuer alone"
        : null;

    // §3 rules 4 to 6. A claim that is there but not a time is not a claim left out.
    private static string? CheckTimes(JsonWebToken token, DateTimeOffset? expiresAt, DateTimeOffset now) =>
        expiresAt is null ? "exp is missing"
        : expiresAt <= now ? "it has expired"
        : expiresAt > now + MaxLifetime + Skew ? "exp is too far ahead"
        : IsAhead(token, Claims.NotBefore, now) ? "it is not valid yet"
        : IsAhead(token, Claims.IssuedAt, now) ? "it was issued in the future"
        : null;

    // §3 rule 7, and OpenID Connect Core §9, which requires it.
    private static string? CheckJwtId(string? jwtId) => jwtId is { Length: > 0 and <= MaxJwtIdLength } ? null : "jti is missing or too long";

    private static bool IsAhead(JsonWebToken token, string claim, DateTimeOffset now) =>
        token.Payload.TryGetProperty(claim, out _) && !(token.GetTime(claim) <= now + Skew);
}
