using IdentityServer.Audit;
using IdentityServer.Browsers;
using IdentityServer.Factors;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Account;

/// <summary>
/// <c>/account/two-factor</c>: people see their second factors and trusted browsers, add, name and remove factors, renew recovery
/// codes. What makes the account weaker or another's asks for a fresh sign-in; to take trust back does not.
/// </summary>
internal sealed class TwoFactorEndpoint(
    AccountGate gate,
    SecondFactors factors,
    FactorStore store,
    FactorSecrets secrets,
    MailedCodes mailed,
    BrowserCookie browserCookie,
    TrustedBrowsers trusted,
    BrowserSignIn browser,
    PostGuard guard,
    PublicAddress address,
    ThemeCatalog themes)
{
    private const string New = Paths.TwoFactor + "/new";
    private const string Codes = Paths.TwoFactor + "/recovery-codes";
    private const string Email = Paths.TwoFactor + "/email";
    private const string Name = "name";
    private const string Offer = "offer";

    private const int MaxName = 191;

    /// <summary>Maps the pages.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        string[] both = [HttpMethods.Get, HttpMethods.Post];
        routes.MapMethods(Paths.TwoFactor, both, (HttpContext http, TwoFactorEndpoint pages, CancellationToken cancellation) => pages.ListAsync(http, cancellation));
        routes.MapMethods(New, both, (HttpContext http, TwoFactorEndpoint pages, CancellationToken cancellation) => pages.AddAsync(http, cancellation));
        routes.MapMethods(Email, both, (HttpContext http, TwoFactorEndpoint pages, CancellationToken cancellation) => pages.AddEmailAsync(http, cancellation));
        routes.MapMethods(Codes, both, (HttpContext http, TwoFactorEndpoint pages, CancellationToken cancellation) => pages.RenewCodesAsync(http, cancellation));
        routes.MapMethods(
            Paths.TwoFactor + "/{code:length(4)}", both, (HttpContext http, TwoFactorEndpoint pages, string code, CancellationToken cancellation) => pages.RenameAsync(http, code, cancellation));
        routes.MapMethods(
            Paths.TwoFactor + "/{code:length(4)}/remove", both, (HttpContext http, TwoFactorEndpoint pages, string code, CancellationToken cancellation) => pages.RemoveAsync(http, code, cancellation));
    }

    private async Task<IResult> ListAsync(HttpContext http, CancellationToken cancellation)
    {
        if ((await gate.RequireAsync(http, fresh: false, cancellation)).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        if (!HttpMethods.IsPost(http.Request.Method))
        {
            return await ShowListAsync(http, signedIn.User, new(), cancellation);
        }

        if (await AccountForm.ReadAsync(http, guard, cancellation) is not { } form)
        {
            return await ShowListAsync(http, signedIn.User, AccountForm.Stale(), cancellation);
        }

        var one = Guid.TryParse(form["revoke"], out var id);
        if (one || form.ContainsKey("revokeAll"))
        {
            await trusted.RevokeAsync(signedIn.User.Id, one ? id : null, AuditLog.User(signedIn.User.Id), cancellation);
        }

        return new Redirect(Paths.TwoFactor);
    }

    private async Task<IResult> ShowListAsync(HttpContext http, User user, FieldErrors errors, CancellationToken cancellation)
    {
        var moments = new Moments(user.Timezone, themes.LanguageOf(http.Request));
        var methods = await factors.ListAsync(user.Id, cancellation);
        return Page.Show(new TwoFactorPage(
            Navigation(user),
            [
                .. methods.Select(method => new FactorView(
                    method.Kind is TwoFactorKind.Email ? user.Email : method.Name,
                    moments.Day(method.CreatedAt),
                    method.LastUsedAt is { } used ? moments.At(used) : null,
                    Url(method.Code),
                    method.Kind is TwoFactorKind.Email)),
            ],
            await factors.CountRecoveryCodesAsync(user.Id, cancellation),
            [
                .. (await trusted.ListAsync(user.Id, cancellation)).Select(row => new TrustedBrowserView(
                    row.Id.ToString(), DeviceView.Of(row.UserAgent), row.Address, moments.At(row.TrustedUntil!.Value))),
            ],
            methods.Count < FactorStore.Max ? New : null,
            MayAddEmail(user, methods) ? Email : null,
            Codes,
            errors));
    }

    private async Task<IResult> AddAsync(HttpContext http, CancellationToken cancellation)
    {
        if ((await gate.RequireAsync(http, fresh: true, cancellation, New)).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        var user = signedIn.User;
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            return Page.Show(SetUp(user, null));
        }

        if (await AccountForm.ReadAsync(http, guard, cancellation) is not { } form || secrets.Accept(user.Id, form[Offer]) is not { } secret)
        {
            return Page.Show(SetUp(user, null) with { Errors = FactorFindings.Stale() });
        }

        var again = SetUp(user, secret) with { Name = form[Name] };
        string? code = form[FactorFindings.Code];
        if (string.IsNullOrWhiteSpace(code))
        {
            return Page.Show(again with { Errors = FactorFindings.Blank() });
        }

        if (await store.AddAuthenticatorAsync(user, secret, code, Valid(form[Name]), AuditLog.User(user.Id), cancellation) is not { } added)
        {
            return Page.Show(again with { Errors = FactorFindings.Wrong() });
        }

        return await FinishAsync(http, signedIn, added, Amr.OneTimePassword, cancellation);
    }

    private async Task<IResult> AddEmailAsync(HttpContext http, CancellationToken cancellation)
    {
        if ((await gate.RequireAsync(http, fresh: true, cancellation, Email)).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        var user = signedIn.User;
        if (!MayAddEmail(user, await factors.ListAsync(user.Id, cancellation)))
        {
            return new Redirect(Paths.TwoFactor);
        }

        var page = new EmailFactorPage(Email, Navigation(user), user.Email!, Sent: false, Paths.TwoFactor);
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            return Page.Show(page);
        }

        if (await AccountForm.ReadAsync(http, guard, cancellation) is not { } form)
        {
            return Page.Show(page with { Errors = AccountForm.Stale() });
        }

        var transaction = "set-up:" + browserCookie.Ensure(http);
        if (form.ContainsKey("send"))
        {
            return await mailed.SendAsync(user, transaction, http.Connection.RemoteIpAddress, [themes.LanguageOf(http.Request)], cancellation)
                ? Page.Show(page with { Sent = true })
                : Page.Show(
                    page with { Errors = new FieldErrors().AddGeneral("tooManyRequests", "Too many tries. Wait a little.") }, StatusCodes.Status429TooManyRequests);
        }

        string? code = form[FactorFindings.Code];
        return string.IsNullOrWhiteSpace(code) ? Page.Show(page with { Sent = true, Errors = FactorFindings.Blank() })
            : await store.AddEmailAsync(user, transaction, code, AuditLog.User(user.Id), cancellation) is { } added
                ? await FinishAsync(http, signedIn, added, Amr.Email, cancellation)
                : Page.Show(page with { Sent = true, Errors = FactorFindings.Wrong() });
    }

    // For people with a password: who signs in by mail proves nothing more by a second one.
    private bool MayAddEmail(User user, List<TwoFactorMethod> methods) =>
        user.PasswordHash is not null && mailed.CanReach(user)
        && methods.Count < FactorStore.Max && !methods.Exists(method => method.Kind is TwoFactorKind.Email);

    // They have just proved the second factor; without this the next page would ask for it at once.
    private async Task<IResult> FinishAsync(HttpContext http, SignedIn signedIn, AddedFactor added, string method, CancellationToken cancellation)
    {
        if (!Amr.IsMultiFactor(signedIn.Session.Amr) && !Amr.Has(signedIn.Session.Amr, method))
        {
            await browser.RaiseAsync(http, signedIn with { User = added.User }, Amr.WithSecondFactor(signedIn.Session.Amr, method), cancellation);
        }

        return added.RecoveryCodes is { } codes ? ShowCodes(signedIn.User, codes) : new Redirect(Paths.TwoFactor);
    }

    private async Task<IResult> RenameAsync(HttpContext http, string code, CancellationToken cancellation)
    {
        if ((await gate.RequireAsync(http, fresh: false, cancellation)).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        var user = signedIn.User;
        if ((await factors.ListAsync(user.Id, cancellation)).Find(row => row.Code == code) is not { } method)
        {
            return new Redirect(Paths.TwoFactor);
        }

        var page = new FactorPage(Url(code), Navigation(user), method.Name ?? string.Empty, Url(code) + "/remove", Paths.TwoFactor);
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            return Page.Show(page);
        }

        if (await AccountForm.ReadAsync(http, guard, cancellation) is not { } form)
        {
            return Page.Show(page with { Errors = AccountForm.Stale() });
        }

        var name = form[Name].ToString().Trim();
        if (CheckName(name) is { Any: true } errors)
        {
            return Page.Show(page with { Name = name, Errors = errors });
        }

        await store.RenameAsync(user.Id, code, name, AuditLog.User(user.Id), cancellation);
        return new Redirect(Paths.TwoFactor);
    }

    private async Task<IResult> RemoveAsync(HttpContext http, string code, CancellationToken cancellation)
    {
        if ((await gate.RequireAsync(http, fresh: true, cancellation, Url(code) + "/remove")).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        var user = signedIn.User;
        var methods = await factors.ListAsync(user.Id, cancellation);
        if (methods.Find(row => row.Code == code) is not { } method)
        {
            return new Redirect(Paths.TwoFactor);
        }

        var question = methods.Count == 1 ? FactorQuestionPage.RemoveLast : FactorQuestionPage.Remove;
        return await AskAsync(http, user, Url(code) + "/remove", question, method.Name, cancellation) is { } page
            ? page
            : await Then(store.RemoveAsync(user.Id, code, AuditLog.User(user.Id), cancellation));

        static async Task<IResult> Then(Task done)
        {
            await done;
            return new Redirect(Paths.TwoFactor);
        }
    }

    private async Task<IResult> RenewCodesAsync(HttpContext http, CancellationToken cancellation)
    {
        if ((await gate.RequireAsync(http, fresh: true, cancellation, Codes)).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        var user = signedIn.User;
        if (!user.TwoFactorEnabled)
        {
            return new Redirect(Paths.TwoFactor);
        }

        if (await AskAsync(http, user, Codes, FactorQuestionPage.Codes, null, cancellation) is { } page)
        {
            return page;
        }

        return await store.RegenerateAsync(user.Id, AuditLog.User(user.Id), cancellation) is { } codes ? ShowCodes(user, codes) : new Redirect(Paths.TwoFactor);
    }

    // The question, until it is answered by the person's own post.
    private async Task<IResult?> AskAsync(HttpContext http, User user, string action, string question, string? name, CancellationToken cancellation)
    {
        var page = new FactorQuestionPage(action, Navigation(user), question, name, Paths.TwoFactor);
        return !HttpMethods.IsPost(http.Request.Method) ? Page.Show(page)
            : await AccountForm.ReadAsync(http, guard, cancellation) is null ? Page.Show(page with { Errors = AccountForm.Stale() })
            : null;
    }

    private SetUpFactorPage SetUp(User user, byte[]? offered)
    {
        var secret = offered ?? Totp.NewSecret();
        return SetUpFactorPage.Of(
            New, AccountView(user), new Uri(address.Value).Host, user.Email ?? user.Username ?? user.Id.ToString(), secret, secrets.Offer(user.Id, secret)) with
        {
            Navigation = Navigation(user),
            BackUrl = Paths.TwoFactor,
        };
    }

    private static PageResult<RecoveryCodesPage> ShowCodes(User user, IReadOnlyList<string> codes) =>
        Page.Show(new RecoveryCodesPage(Paths.TwoFactor, null, null, AccountView(user), codes) { Navigation = Navigation(user) });

    private static FieldErrors CheckName(string name) => name.Length switch
    {
        0 => new FieldErrors().Add(Name, "blank", "Enter a name."),
        > MaxName => new FieldErrors().Add(Name, "tooLong", "The name is too long."),
        _ when Valid(name) is null => new FieldErrors().Add(Name, "invalid", "The name is not valid text."),
        _ => new FieldErrors(),
    };

    private static string? Valid(string? name) => name is not null && Spelling.IsWellFormed(name) && !name.Any(char.IsControl) ? name : null;

    private static AccountView AccountView(User user) => Themes.AccountView.Of(user.FullName, user.Email, user.Username);

    private static NavigationView Navigation(User user) => AccountNavigation.For(user, Paths.TwoFactor);

    private static string Url(string code) => $"{Paths.TwoFactor}/{code}";
}
