namespace IdentityServer.Protocol;

/// <summary>
/// The answer to an authorization request whose client and redirect address were proven: where it goes, how, and what it
/// says. It always carries the issuer (RFC 9207 §2) and the state as it came (RFC 6749 §4.1.2).
/// </summary>
public sealed class AuthorizeResponse
{
    private readonly List<KeyValuePair<string, string>> _fields = [];

    private AuthorizeResponse(AuthorizeRequest request)
    {
        RedirectUri = request.RedirectUri ?? throw new ArgumentException("A request without redirect address has no one to answer.", nameof(request));
        ResponseMode = request.ReplyMode;
    }

    public string RedirectUri { get; }

    public string ResponseMode { get; }

    /// <summary>What is said, unencoded: for the form that posts it (Form Post Response Mode §2).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields => _fields;

    /// <summary>RFC 6749 §4.1.2.</summary>
    public static AuthorizeResponse Success(AuthorizeRequest request, string issuer, string code) =>
        new AuthorizeResponse(request).With(Parameters.Code, code).WithOrigin(request, issuer);

    /// <summary>RFC 6749 §4.1.2.1.</summary>
    public static AuthorizeResponse Failure(AuthorizeRequest request, string issuer, OAuthError error) =>
        new AuthorizeResponse(request)
            .With(Parameters.Error, error.Code)
            .With(Parameters.ErrorReason, error.Reason)
            .With(Parameters.ErrorDescription, error.Description)
            .WithOrigin(request, issuer);

    /// <summary>Adds a field beyond the specification (FusionAuth's <c>locale</c>, <c>userState</c>).</summary>
    public AuthorizeResponse With(string name, string value)
    {
        _fields.Add(new(name, value));
        return this;
    }

    /// <summary>The address to redirect to, for the modes query and fragment.</summary>
    public string ToUrl() => ResponseMode switch
    {
        ResponseModes.Query => ReplyUrl.AppendQuery(RedirectUri, _fields),
        ResponseModes.Fragment => ReplyUrl.AppendFragment(RedirectUri, _fields),
        _ => throw new InvalidOperationException("A form_post response is a page, not an address."),
    };

    private AuthorizeResponse WithOrigin(AuthorizeRequest request, string issuer)
    {
        if (request.State is { } state)
            With(Parameters.State, state);
        return With(Parameters.Issuer, issuer);
    }
}
