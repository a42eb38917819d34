using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using IdentityServer.Applications;
using IdentityServer.Interactions;
using IdentityServer.Protocol;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Options;

namespace IdentityServer.Account;

/// <summary>What the gate says: who is at the page, or where the browser goes first.</summary>
public readonly record struct GateAnswer(SignedIn? SignedIn, IResult? Elsewhere)
{
    /// <summary>Whether the browser has to go elsewhere first.</summary>
    public bool Refused([NotNullWhen(true)] out IResult? elsewhere, [NotNullWhen(false)] out SignedIn? signedIn)
    {
        (elsewhere, signedIn) = (Elsewhere, SignedIn);
        return elsewhere is not null;
    }
}

/// <summary>
/// Lets people to the pages under <c>/account</c>. Who is not signed in, or not well enough, is sent through an authorize request
/// of the <see cref="AccountApplication"/> and comes back to the page. Whether a session suffices is decided where it is for every
/// application: in <see cref="NextStep"/>.
/// </summary>
public sealed class AccountGate(
    ApplicationCatalog applications, BrowserSessions sessions, SessionCookie cookie, BrowserCookie browserCookie, BrowserTrust trust,
    AccountReturn ways, PublicAddress address, IOptions<ServerOptions> options, TimeProvider clock)
{
    /// <summary>How old a sign-in may be before a sensitive change.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(10);

    // Whoever was let to a page has this much longer to fill it in and post it.
    private static readonly TimeSpan ToFillIn = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Asks for somebody who is signed in, with <paramref name="fresh"/> for somebody who proved it lately. After a detour the browser
    /// comes back to <paramref name="returnTo"/>, or to this very page.
    /// </summary>
    public async Task<GateAnswer> RequireAsync(HttpContext http, bool fresh, CancellationToken cancellation, string? returnTo = null)
    {
        var maxAge = FreshFor + (HttpMethods.IsPost(http.Request.Method) ? ToFillIn : TimeSpan.Zero);
        if (await FindAsync(http, fresh ? maxAge : null, cancellation) is { } signedIn)
        {
            return new(signedIn, null);
        }

        var state = ways.Seal(http, new(returnTo ?? http.Request.Path + http.Request.QueryString, fresh));
        var url = Paths.Authorize + new QueryBuilder(Parameters(state, fresh ? FreshFor : null, http.Request.Query["locale"])).ToQueryString();
        return new(null, new Redirect(url));
    }

    /// <summary>Leads to the choice among the browser's accounts, and to the account's beginning.</summary>
    internal IResult Switch(HttpContext http)
    {
        var parameters = Parameters(ways.Seal(http, new(Paths.Account, Fresh: false)), null, http.Request.Query["locale"]);
        parameters[Protocol.Parameters.Prompt] = "select_account";
        return new Redirect(Paths.Authorize + new QueryBuilder(parameters).ToQueryString());
    }

    /// <summary>Who is signed in well enough; null: nobody.</summary>
    internal async Task<SignedIn?> FindAsync(HttpContext http, TimeSpan? maxAge, CancellationToken cancellation)
    {
        if (applications.Find(AccountApplication.Id) is not { Active: true } application
            || await sessions.FindAsync(cookie.Read(http), application.Id, cancellation) is not { } found
            || RequestParameters.Parse(Parameters(string.Empty, maxAge, null)).Failed(out _, out var parameters))
        {
            return null;
        }

        var request = AuthorizeRequest.Parse(parameters);
        var (session, user) = found.SignedIn;
        var decision = NextStep.Decide(new Situation
        {
            Request = request,
            Registering = false,
            Application = application,
            Scopes = application.Client.NarrowScope(request.Scope),
            Session = session,
            User = user,
            Trusted = await trust.CountsAsync(application, request, user, session.Amr, browserCookie.Read(http), cancellation),
            Registration = found.Registration,
            Consent = found.Consent,
            Limits = options.Value.Sessions,
            Now = clock.GetUtcNow(),
        });
        return decision == default ? found.SignedIn : null;
    }

    private Dictionary<string, string> Parameters(string state, TimeSpan? maxAge, string? locale)
    {
        var parameters = new Dictionary<string, string>
        {
            [Protocol.Parameters.ClientId] = AccountApplication.Id.ToString(),
            [Protocol.Parameters.ResponseType] = "code",
            [Protocol.Parameters.RedirectUri] = address.Url(Paths.AccountSignedIn),
            [Protocol.Parameters.Scope] = Scopes.OpenId,
            [Protocol.Parameters.State] = state,

            // Nobody knows the verifier of this challenge. The session is all that counts here, and the code can never be redeemed.
            [Protocol.Parameters.CodeChallenge] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes)),
            [Protocol.Parameters.CodeChallengeMethod] = CodeChallengeMethods.S256,
        };
        if (maxAge is { } age)
        {
            parameters[Protocol.Parameters.MaxAge] = ((int)age.TotalSeconds).ToString(CultureInfo.InvariantCulture);

            // Who has a second factor proves it before a sensitive change, in a trusted browser too.
            parameters[Protocol.Parameters.AcrValues] = Acr.MultiFactor;
        }

        if (!string.IsNullOrEmpty(locale))
        {
            parameters[Protocol.Parameters.Locale] = locale;
        }

        return parameters;
    }
}
