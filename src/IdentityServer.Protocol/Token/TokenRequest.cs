namespace IdentityServer.Protocol;

/// <summary>
/// A token request (RFC 6749 §4.1.3, §4.4.2, §6). Who sends it is read by <see cref="PresentedCredentials"/>; each grant
/// asks for what it needs.
/// </summary>
public sealed record TokenRequest
{
    private TokenRequest(RequestParameters parameters) => Parameters = parameters;

    public RequestParameters Parameters { get; }

    public string? GrantType { get; private init; }
    public string? Code { get; private init; }
    public string? RedirectUri { get; private init; }
    public string? CodeVerifier { get; private init; }
    public string? RefreshToken { get; private init; }

    /// <summary>Null where none was asked for, which means the default (RFC 6749 §3.3) or all that was granted (§6).</summary>
    public ScopeSet? Scope { get; private init; }

    public IReadOnlyList<string> Resources => Parameters.Resources;

    public static OAuthResult<TokenRequest> Parse(RequestParameters parameters)
    {
        if (parameters.Repeated.Count > 0)
            return OAuthError.RepeatedParameter;
        if (ScopeSet.Parse(parameters[Protocol.Parameters.Scope]).Failed(out var error, out var scope))
            return error;

        return new TokenRequest(parameters)
        {
            GrantType = parameters[Protocol.Parameters.GrantType],
            Code = parameters[Protocol.Parameters.Code],
            RedirectUri = parameters[Protocol.Parameters.RedirectUri],
            CodeVerifier = parameters[Protocol.Parameters.CodeVerifier],
            RefreshToken = parameters[Protocol.Parameters.RefreshToken],
            Scope = scope.Count > 0 ? scope : null,
        };
    }

    /// <summary>For logs, so without codes and tokens.</summary>
    public override string ToString() => GrantType ?? "";
}
