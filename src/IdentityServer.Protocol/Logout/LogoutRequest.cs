namespace IdentityServer.Protocol;

/// <summary>A logout request (OpenID Connect RP-Initiated Logout 1.0 §2).</summary>
public sealed record LogoutRequest
{
    public string? IdTokenHint { get; private init; }
    public string? LogoutHint { get; private init; }
    public string? ClientId { get; private init; }
    public string? PostLogoutRedirectUri { get; private init; }
    public string? State { get; private init; }
    public IReadOnlyList<string> UiLocales { get; private init; } = [];

    public static OAuthResult<LogoutRequest> Parse(RequestParameters parameters) =>
        parameters.Repeated.Count > 0 ? OAuthError.RepeatedParameter : new LogoutRequest
        {
            IdTokenHint = parameters[Parameters.IdTokenHint],
            LogoutHint = parameters[Parameters.LogoutHint],
            ClientId = parameters[Parameters.ClientId],
            PostLogoutRedirectUri = parameters[Parameters.PostLogoutRedirectUri],
            State = parameters[Parameters.State],
            UiLocales = parameters[Parameters.UiLocales]?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [],
        };

    /// <summary>§3: only to an address that the known client registered.</summary>
    public OAuthError? CheckRedirectUri(ClientSettings? client) =>
        PostLogoutRedirectUri is null ? null
        : client is null || !RedirectUriMatcher.Matches(PostLogoutRedirectUri, client.PostLogoutRedirectUris) ? OAuthError.UnregisteredPostLogoutRedirectUri
        : null;

    /// <summary>§3: where the browser goes afterwards, with the state as it came.</summary>
    public string? ToUrl() =>
        PostLogoutRedirectUri is null ? null
        : State is null ? PostLogoutRedirectUri
        : ReplyUrl.AppendQuery(PostLogoutRedirectUri, [new(Parameters.State, State)]);

    /// <summary>For logs, so without the hints, which name a person.</summary>
    public override string ToString() => $"logout of {ClientId ?? "an unnamed client"}";
}
