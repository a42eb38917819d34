using IdentityServer.Audit;
using IdentityServer.Passkeys;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Account;

/// <summary>
/// <c>/account/passkeys</c>: people see their passkeys, add one, name them, remove them. To add and to remove asks for a fresh
/// sign-in: with either, who finds an open browser could make an account their own.
/// </summary>
internal sealed class PasskeysEndpoint(
    AccountGate gate,
    PasskeyStore passkeys,
    PasskeyCeremonies ceremonies,
    PasskeyChallenges challenges,
    RelyingParty party,
    PostGuard guard,
    ThemeCatalog themes)
{
    private const string Credential = "credential";
    private const string Name = "name";
    private const int MaxUserAgent = 256;

    /// <summary>Maps the pages.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        string[] both = [HttpMethods.Get, HttpMethods.Post];
        routes.MapGet(Paths.Passkeys, (HttpContext http, PasskeysEndpoint pages, CancellationToken cancellation) => pages.ListAsync(http, cancellation));
        routes.MapMethods(
            Paths.Passkeys + "/new", both, (HttpContext http, PasskeysEndpoint pages, CancellationToken cancellation) => pages.AddAsync(http, cancellation));
        routes.MapMethods(
            Paths.Passkeys + "/{id:guid}", both, (HttpContext http, PasskeysEndpoint pages, Guid id, CancellationToken cancellation) => pages.RenameAsync(http, id, cancellation));
        routes.MapMethods(
            Paths.Passkeys + "/{id:guid}/remove", both, (HttpContext http, PasskeysEndpoint pages, Guid id, CancellationToken cancellation) => pages.RemoveAsync(http, id, cancellation));
    }

    private async Task<IResult> ListAsync(HttpContext http, CancellationToken cancellation)
    {
        if ((await gate.RequireAsync(http, fresh: false, cancellation)).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        var moments = new Moments(signedIn.User.Timezone, themes.LanguageOf(http.Request));
        var rows = await passkeys.OfAsync(signedIn.User.Id, cancellation);
        return Page.Show(new PasskeysPage(
            Paths.Passkeys,
            AccountNavigation.For(signedIn.User, Paths.Passkeys),
            [.. rows.Select(row => new PasskeyView(
                row.Name,
                moments.Day(row.CreatedAt),
                row.LastUsedAt is { } used ? moments.At(used) : null,
                row.BackedUp,
                Url(row)))],
            party.IsUsable ? Paths.Passkeys + "/new" : null));
    }

    private async Task<IResult> AddAsync(HttpContext http, CancellationToken cancellation)
    {
        if ((await gate.RequireAsync(http, fresh: true, cancellation, Paths.Passkeys + "/new")).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        if (!party.IsUsable)
        {
            return new Redirect(Paths.Passkeys);
        }

        var user = signedIn.User;
        var browser = guard.Browser(http);
        FieldErrors errors = new();
        if (HttpMethods.IsPost(http.Request.Method))
        {
            if (!await guard.AllowsAsync(http))
            {
                errors = Stale();
            }
            else if (PasskeyResponse.Parse(http.Request.Form[Credential]) is { } response
                && await ceremonies.CheckRegistrationAsync(
                    response, challenge => challenge.Purpose is PasskeyPurpose.Register && challenge.UserId == user.Id && challenge.Browser == browser, cancellation)
                    is { } verified
                && await ceremonies.StoreAsync(verified, AuditLog.User(user.Id), http.Connection.RemoteIpAddress?.ToString(), cancellation))
            {
                return new Redirect(Url(verified.Passkey));
            }
            else
            {
                errors = PasskeyCeremonies.Refused();
            }
        }

        string? agent = http.Request.Headers.UserAgent;
        var made = challenges.Make(new PasskeyChallenge
        {
            Purpose = PasskeyPurpose.Register,
            UserId = user.Id,
            Browser = browser,
            UserAgent = agent is { Length: > MaxUserAgent } ? agent[..MaxUserAgent] : agent,
        });
        var options = PasskeyOptions.Creation(party, made, user, mustVerify: false, discoverable: true, await passkeys.OfAsync(user.Id, cancellation));
        return Page.Show(new NewPasskeyPage(
            Paths.Passkeys + "/new", AccountNavigation.For(user, Paths.Passkeys), options.ToJsonString(), Paths.Passkeys) { Errors = errors });
    }

    private async Task<IResult> RenameAsync(HttpContext http, Guid id, CancellationToken cancellation)
    {
        if ((await gate.RequireAsync(http, fresh: false, cancellation)).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        if (await passkeys.FindAsync(id, signedIn.User.Id, cancellation) is not { } passkey)
        {
            return new Redirect(Paths.Passkeys);
        }

        var page = new PasskeyPage(
            Url(passkey), AccountNavigation.For(signedIn.User, Paths.Passkeys), passkey.Name ?? string.Empty, Url(passkey) + "/remove", Paths.Passkeys);
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            return Page.Show(page);
        }

        if (!await guard.AllowsAsync(http))
        {
            return Page.Show(page with { Errors = Stale() });
        }

        var name = http.Request.Form[Name].ToString().Trim();
        var errors = CheckName(name);
        if (errors.Any)
        {
            return Page.Show(page with { Name = name, Errors = errors });
        }

        await passkeys.RenameAsync(id, signedIn.User.Id, name, AuditLog.User(signedIn.User.Id), cancellation);
        return new Redirect(Paths.Passkeys);
    }

    private async Task<IResult> RemoveAsync(HttpContext http, Guid id, CancellationToken cancellation)
    {
        if ((await gate.RequireAsync(http, fresh: true, cancellation, http.Request.Path)).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        var user = signedIn.User;
        var rows = await passkeys.OfAsync(user.Id, cancellation);
        if (rows.Find(row => row.Id == id) is not { } passkey)
        {
            return new Redirect(Paths.Passkeys);
        }

        var page = new RemovePasskeyPage(
            Url(passkey) + "/remove", AccountNavigation.For(user, Paths.Passkeys), passkey.Name, rows.Count == 1 && user.PasswordHash is null, Paths.Passkeys);
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            return Page.Show(page);
        }

        if (!await guard.AllowsAsync(http))
        {
            return Page.Show(page with { Errors = Stale() });
        }

        await passkeys.RemoveAsync(
            id, user.Id, AuditLog.User(user.Id), http.Request.Headers.UserAgent, http.Connection.RemoteIpAddress?.ToString(), cancellation);
        return new Redirect(Paths.Passkeys);
    }

    private static FieldErrors CheckName(string name) => name.Length switch
    {
        0 => new FieldErrors().Add(Name, "blank", "Enter a name."),
        > PasskeyStore.MaxName => new FieldErrors().Add(Name, "tooLong", "The name is too long."),
        _ when !Spelling.IsWellFormed(name) || name.Any(char.IsControl) => new FieldErrors().Add(Name, "invalid", "The name is not valid text."),
        _ => new FieldErrors(),
    };

    private static FieldErrors Stale() => new FieldErrors().AddGeneral("stale", "This page was open for too long. Try again.");

    private static string Url(Passkey passkey) => $"{Paths.Passkeys}/{passkey.Id}";
}
