using IdentityServer.Applications;
using IdentityServer.Protocol;
using IdentityServer.Sessions;
using IdentityServer.Tokens;

namespace IdentityServer.Api;

/// <summary>
/// Access tokens as proof of who calls (§2, "JWT"): in the header <c>Authorization: Bearer</c>, or in the cookie that a sign-in by this
/// API sets. Such a caller holds no key and may do to their own account what the call says, no more.
/// </summary>
internal sealed class PersonTokens(AccessTokens tokens, PublicAddress address)
{
    private const string Scheme = "Bearer ";
    private const int MaxToken = 8192;

    /// <summary>Whether the header holds a token; then neither a key nor a cookie is looked at.</summary>
    public static bool IsInHeader(HttpRequest request) =>
        request.Headers.Authorization is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>The token that was sent, if it is one of ours and good now: neither expired nor revoked, its person not shut out.</summary>
    public async Task<(string Text, LiveAccessToken Token)?> FindAsync(HttpContext http, CancellationToken cancellation) =>
        Read(http.Request) is { Length: > 0 and <= MaxToken } text
        && (await tokens.CheckAsync(text, cancellation)).Succeeded(out var token, out _)
            ? (text, token)
            : null;

    /// <summary>The caller; null: nobody whose token counts here.</summary>
    public async Task<ApiCaller?> AuthenticateAsync(HttpContext http, CancellationToken cancellation) =>
        await FindAsync(http, cancellation) is (_, var token) && IsStrong(token) ? ApiCaller.Person(token) : null;

    // A key or another scheme in the header: then a cookie is not looked at either.
    private string? Read(HttpRequest request) =>
        IsInHeader(request) ? request.Headers.Authorization.ToString()[Scheme.Length..].Trim()
        : request.Headers.Authorization is [] or [null or ""] && RequestSources.Of(request.Headers, address).CountsCookies(request.Method)
            ? request.Cookies[TokenCookies.AccessToken]
            : null;

    // An account is in the hands of its owner and of the operator's own applications: a token that was given to somebody else's, or
    // for another resource, can be played back by whoever receives it. Who has a second factor must have proved it.
    private static bool IsStrong(LiveAccessToken token) =>
        token is { User: { } user, Authorization: { } authorization, Application: var application }
        && application.Settings.OauthConfiguration.Relationship is Relationship.FirstParty
        && token.Claims.Audience is [var audience] && audience == application.ClientId
        && (!user.TwoFactorEnabled || Amr.IsMultiFactor(authorization.Amr));
}
