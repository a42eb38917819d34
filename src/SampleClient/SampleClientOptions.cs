namespace SampleClient;

/// <summary>
/// What the application has to know about itself and its provider: the section <c>SampleClient</c> of the configuration,
/// for example the environment variable <c>SampleClient__ClientId</c>.
/// </summary>
public sealed record SampleClientOptions
{
    /// <summary>The issuer identifier of the OpenID provider; the rest is read from its discovery document.</summary>
    public string Authority { get; init; } = "http://localhost:9011";

    /// <summary>The client identifier that the provider gave this application.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>The client secret; without one this is a public client, which is known by PKCE alone.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Where to listen, separated by semicolons. The first is the address that browsers use.</summary>
    public string Urls { get; init; } = "http://localhost:5000";

    /// <summary>What is asked for. <c>openid</c> makes it a login; <c>offline_access</c> brings a refresh token.</summary>
    public string Scope { get; init; } = "openid profile email offline_access";

    // These two are registered at the provider, character by character. They come from the configuration and never from
    // the Host header, which whoever sends a request may choose.
    internal string RedirectUri => BaseUrl + "/callback";

    internal string PostLogoutRedirectUri => BaseUrl + "/signed-out";

    private string BaseUrl => Urls.Split(';')[0].TrimEnd('/');

    internal void Check()
    {
        if (ClientId.Length == 0)
            throw new InvalidOperationException("Set SampleClient__ClientId to the client id that the provider gave this application.");
        if (!Uri.TryCreate(Authority, UriKind.Absolute, out var authority) || authority.Scheme is not ("https" or "http"))
            throw new InvalidOperationException("SampleClient__Authority must be the http(s) address of the provider.");
        if (!Uri.TryCreate(BaseUrl, UriKind.Absolute, out _))
            throw new InvalidOperationException("SampleClient__Urls must begin with the address that browsers use, such as http://localhost:5000.");
    }
}
