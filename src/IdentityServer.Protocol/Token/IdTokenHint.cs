namespace IdentityServer.Protocol;

/// <summary>
/// An ID token of ours that comes back to say whom and which client a request is about (OpenID Connect Core §3.1.2.1,
/// RP-Initiated Logout §2). It may have expired; it must have been ours.
/// </summary>
public sealed record IdTokenHint(string Subject, string ClientId, string? SessionId)
{
    public static OAuthResult<IdTokenHint> Verify(string compact, JsonWebKeySet keys, string issuer)
    {
        if (JsonWebToken.Verify(compact, keys, TokenTypes.IdToken, JwsAlgorithm.Names).Failed(out var error, out var token))
            return OAuthError.InvalidIdTokenHint.Because(error.Detail ?? error.Reason);

        return token.GetString(Claims.Issuer) == issuer
            && token.GetString(Claims.Subject) is { } subject
            && token.GetStrings(Claims.Audience) is [var clientId]
                ? new IdTokenHint(subject, clientId, token.GetString(Claims.SessionId))
                : OAuthError.InvalidIdTokenHint.Because("another issuer, or no subject, or not one audience");
    }
}
