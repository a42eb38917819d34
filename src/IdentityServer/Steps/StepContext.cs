using IdentityServer.Applications;
using IdentityServer.Forms;
using IdentityServer.Interactions;
using IdentityServer.Protocol;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;
using Microsoft.AspNetCore.Http.Extensions;

namespace IdentityServer.Steps;

/// <summary>
/// What a step needs to know of the authorize request that waits for it. This room owns the pages of such a request: each shows
/// itself and handles its own post; none knows which page comes next.
/// </summary>
public sealed record StepContext
{
    private const string AnotherAccount = "another_account";
    private const string Another = "true";
    private const string Choose = "choose";
    private const string Link = "link";

    // What stands in the address of a page of ours beside the request itself.
    private static readonly string[] OfWaiting = [Link, "still", "resent"];

    /// <summary>The HTTP request.</summary>
    public required HttpContext Http { get; init; }

    /// <summary>The authorize request, checked.</summary>
    public required AuthorizeRequest Request { get; init; }

    /// <summary>The application that asks.</summary>
    public required Application Application { get; init; }

    /// <summary>What would be granted.</summary>
    public required ScopeSet Scopes { get; init; }

    /// <summary>Who is signed in in this browser, if anybody.</summary>
    public SignedIn? SignedIn { get; init; }

    /// <summary>Who else is signed in in it.</summary>
    public IReadOnlyList<SignedIn> Others { get; init; } = [];

    /// <summary>The sign-in for this request that waits for its second factor.</summary>
    public HalfSignIn? Half { get; init; }

    /// <summary>Who has to prove a second factor, if that is due.</summary>
    public User? Proving => Half?.Proof.User ?? SignedIn?.User;

    /// <summary>What they have proved.</summary>
    public string ProvedBy => Half?.Proof.Amr ?? SignedIn?.Session.Amr ?? string.Empty;

    /// <summary>Tells this request from others.</summary>
    public string Fingerprint => SealedInteraction.Fingerprint(Request.Parameters);

    /// <summary>What this request has achieved so far.</summary>
    public Interaction? Interaction { get; init; }

    /// <summary>The same, sealed for the next page.</summary>
    public string? Sealed { get; init; }

    /// <summary>Whether the page stands under the address of registration.</summary>
    public required bool Registering { get; init; }

    /// <summary>The subject of <c>id_token_hint</c>, verified.</summary>
    public string? HintedSubject { get; init; }

    /// <summary>The post of one of our pages, with its answers; null on a GET.</summary>
    public FormPost? Posted { get; init; }

    /// <summary>What the person still has to say, if anything.</summary>
    public Completion? Completion { get; init; }

    /// <summary>Where this page's form posts to: the request itself, so that it is checked afresh, in the language that was picked.</summary>
    public string Action => FormPage.ActionIn(Url(Registering ? Paths.Register : Paths.Authorize, AccountWish, Request.Parameters[Link]), Posted);

    /// <summary>The same request at the sign-in.</summary>
    public string LoginUrl => Url(Paths.Authorize);

    /// <summary>The same request at self-registration, where it is open.</summary>
    public string? RegisterUrl => Application.RegistersByForm ? Url(Paths.Register) : null;

    /// <summary>Where people who forgot their password ask for a new one, to come back to the same request.</summary>
    public string ForgotPasswordUrl => Url(Paths.ForgotPassword);

    /// <summary>The same request, letting go of the person who is signed in.</summary>
    public string AnotherAccountUrl => Url(Paths.Authorize, Another);

    /// <summary>The same request, where the person picks one of the browser's accounts or signs in to another.</summary>
    public string ChangeAccountUrl => Others.Count > 0 ? Url(Paths.Authorize, Choose) : AnotherAccountUrl;

    /// <summary>The same request from its beginning; who is signed in already is asked as well.</summary>
    public string StartOverUrl => Half is null ? AnotherAccountUrl : Url(Paths.Authorize, AccountWish);

    /// <summary>Whether the person chose to be somebody else.</summary>
    public bool WantsAnotherAccount => AccountWish is not (null or Choose);

    /// <summary>Whether the person chose to pick among the browser's accounts.</summary>
    public bool WantsToChoose => AccountWish is Choose;

    /// <summary>
    /// Who is signed in and has only to prove it again. Null: whoever can sign in may, because nobody is signed in, or the request
    /// or the person wants somebody else.
    /// </summary>
    public User? Returning =>
        SignedIn is { User: var user } && !WantsAnotherAccount && NextStep.IsAbout(Request, HintedSubject, user) ? user : null;

    /// <summary>The application as pages show it.</summary>
    public ApplicationView ApplicationView => View(Application);

    /// <summary>An application as pages show it.</summary>
    public static ApplicationView View(Application application)
    {
        var metadata = application.Settings.ClientMetadata;
        return new(application.Name, metadata.ClientUri, metadata.LogoUri, metadata.PolicyUri, metadata.TosUri);
    }

    /// <summary>The person as pages show them.</summary>
    public static AccountView AccountView(User user) => Themes.AccountView.Of(user.FullName, user.Email, user.Username);

    /// <summary>The link for which this browser waits, as the address of the page names it.</summary>
    public Guid? LinkId => Guid.TryParseExact(Request.Parameters[Link], "D", out var id) ? id : null;

    /// <summary>Where a browser waits for a mailed link in this request.</summary>
    public string WaitingUrl(Guid linkId) => Url(Paths.Authorize, AccountWish, linkId.ToString());

    /// <summary>Tells this request from others, whether or not a browser waits for a link in it.</summary>
    public string RequestMark => SealedInteraction.Fingerprint(Request.Parameters, OfWaiting);

    private string? AccountWish => Request.Parameters[AnotherAccount];

    private string Url(string path, string? accountWish = null, string? link = null)
    {
        var query = new QueryBuilder(Request.Parameters.Pairs.Where(pair => pair.Key != AnotherAccount && !OfWaiting.Contains(pair.Key)));
        if (accountWish is not null)
        {
            query.Add(AnotherAccount, accountWish);
        }

        if (link is not null)
        {
            query.Add(Link, link);
        }

        return path + query.ToQueryString();
    }
}

/// <summary>What became of a step's post.</summary>
public abstract record StepOutcome
{
    private StepOutcome()
    {
    }

    /// <summary>It is not done; this is the answer, such as its page with what was wrong.</summary>
    public sealed record Answered(IResult Result) : StepOutcome;

    /// <summary>The step is done; this is what the request has achieved now.</summary>
    public sealed record Done(SignedIn SignedIn, Interaction Interaction) : StepOutcome;

    /// <summary>The first factor was right; a second one is due.</summary>
    public sealed record Halfway(HalfSignIn SignIn) : StepOutcome;

    /// <summary>The person, or a rule, refused.</summary>
    public sealed record Refused(OAuthError Error) : StepOutcome;
}
