using System.Globalization;

namespace IdentityServer.Protocol;

/// <summary>
/// An authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1) as it was sent. Reading never fails, for
/// client and redirect address decide where a refusal goes; what could not be read is in <see cref="Malformed"/> and is
/// refused by <see cref="AuthorizeRules"/>. <c>display</c> and unknown parameters are ignored.
/// </summary>
public sealed record AuthorizeRequest
{
    private AuthorizeRequest(RequestParameters parameters) => Parameters = parameters;

    /// <summary>All that was sent, for parameters of pages rather than of the protocol.</summary>
    public RequestParameters Parameters { get; }

    public string? ClientId { get; private init; }
    public string? RedirectUri { get; private init; }
    public string? ResponseType { get; private init; }
    public string? ResponseMode { get; private init; }
    public ScopeSet Scope { get; private init; } = ScopeSet.Empty;
    public string? State { get; private init; }
    public string? Nonce { get; private init; }
    public string? CodeChallenge { get; private init; }
    public string? CodeChallengeMethod { get; private init; }
    public PromptSet Prompt { get; private init; }

    /// <summary>Seconds since the user last proved who they are; 0 asks for it now.</summary>
    public int? MaxAge { get; private init; }

    public string? LoginHint { get; private init; }
    public string? IdTokenHint { get; private init; }

    /// <summary>Languages for the pages, best first; FusionAuth's single <c>locale</c> goes before the rest.</summary>
    public IReadOnlyList<string> UiLocales { get; private init; } = [];

    public IReadOnlyList<string> AcrValues { get; private init; } = [];
    public ClaimsRequest Claims { get; private init; } = ClaimsRequest.Empty;
    public IReadOnlyList<string> Resources => Parameters.Resources;

    public bool HasRequest => Parameters.Has(Protocol.Parameters.Request);
    public bool HasRequestUri => Parameters.Has(Protocol.Parameters.RequestUri);
    public bool HasRegistration => Parameters.Has(Protocol.Parameters.Registration);

    /// <summary>What could not be read; the first of it.</summary>
    public OAuthError? Malformed { get; private init; }

    /// <summary>How the answer travels, an error included: as asked, and by query where what was asked for does not exist.</summary>
    public string ReplyMode => ResponseMode is ResponseModes.Fragment or ResponseModes.FormPost ? ResponseMode : ResponseModes.Query;

    public static AuthorizeRequest Parse(RequestParameters parameters)
    {
        ScopeSet.Parse(parameters[Protocol.Parameters.Scope]).Failed(out var badScope, out var scope);
        PromptSet.Parse(parameters[Protocol.Parameters.Prompt]).Failed(out var badPrompt, out var prompt);
        ClaimsRequest.Parse(parameters[Protocol.Parameters.Claims]).Failed(out var badClaims, out var claims);
        ParseMaxAge(parameters[Protocol.Parameters.MaxAge]).Failed(out var badMaxAge, out var maxAge);

        return new(parameters)
        {
            ClientId = parameters[Protocol.Parameters.ClientId],
            RedirectUri = parameters[Protocol.Parameters.RedirectUri],
            ResponseType = parameters[Protocol.Parameters.ResponseType],
            ResponseMode = parameters[Protocol.Parameters.ResponseMode],
            Scope = scope ?? ScopeSet.Empty,
            State = parameters[Protocol.Parameters.State],
            Nonce = parameters[Protocol.Parameters.Nonce],
            CodeChallenge = parameters[Protocol.Parameters.CodeChallenge],
            CodeChallengeMethod = parameters[Protocol.Parameters.CodeChallengeMethod],
            Prompt = prompt,
            MaxAge = maxAge,
            LoginHint = parameters[Protocol.Parameters.LoginHint],
            IdTokenHint = parameters[Protocol.Parameters.IdTokenHint],
            UiLocales = [.. Words(parameters[Protocol.Parameters.Locale]), .. Words(parameters[Protocol.Parameters.UiLocales])],
            AcrValues = Words(parameters[Protocol.Parameters.AcrValues]),
            Claims = claims ?? ClaimsRequest.Empty,
            Malformed = badScope ?? badPrompt ?? badMaxAge ?? badClaims,
        };
    }

    /// <summary>For logs, so without what names a person or belongs to the client alone.</summary>
    public override string ToString() => $"authorize request of {ClientId ?? "an unnamed client"} for {Scope}";

    private static string[] Words(string? text) => text?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static OAuthResult<int?> ParseMaxAge(string? text)
    {
        if (text is null)
            return (int?)null;

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? (int?)seconds : OAuthError.InvalidMaxAge;
    }
}
