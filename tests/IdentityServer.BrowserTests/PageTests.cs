using IdentityServer.BrowserTests.Fixtures;
using Microsoft.Playwright;

namespace IdentityServer.BrowserTests;

/// <summary>
/// Every page, dark on a phone and light on a desk: accessible, without sideways scrolling, with a picture to look at. On a site of its
/// own, so that it runs beside the other tests.
/// </summary>
public sealed class PageTests(RunningSite site) : IClassFixture<RunningSite>
{
    // Each page: the heading by which it is known, and the way there.
    private static readonly Dictionary<string, (string Heading, Func<Visitor, RunningSite, Task> Way)> Pages = new()
    {
        ["home"] = ("IdentityServer is running", (visitor, site) => visitor.Page.GotoAsync(site.Issuer + "/")),
        ["home-signed-in"] = ("IdentityServer is running", async (visitor, site) =>
        {
            await visitor.SignInAsync();
            await visitor.Page.GotoAsync(site.Issuer + "/");
        }),
        ["setup"] = ("Set up your server", (visitor, site) => visitor.Page.GotoAsync(site.Issuer + "/setup")),
        ["login"] = ("Welcome back", (visitor, _) => visitor.AuthorizeAsync()),
        ["login-german"] = ("Willkommen zurück", (visitor, _) => visitor.AuthorizeAsync("&ui_locales=de")),
        ["login-wrong"] = ("Welcome back", async (visitor, _) =>
        {
            await visitor.AuthorizeAsync();
            await visitor.FillLoginAsync(password: "not the password at all");
            await visitor.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        }),
        ["login-link"] = ("Welcome back", (visitor, _) => visitor.AuthorizeAsync(clientId: RunningSite.LinkClientId)),
        ["waiting"] = ("Look into your mail", async (visitor, _) =>
        {
            await visitor.AuthorizeAsync(clientId: RunningSite.LinkClientId);
            await visitor.Page.GetByLabel("E-mail or user name").FillAsync("grace@example.com");
            await visitor.PressAsync("E-mail me a link");
        }),
        ["link"] = ("Create an account?", (visitor, site) => visitor.OpenMailedLinkAsync(site, own: true)),
        ["link-elsewhere"] = ("Create an account?", (visitor, site) => visitor.OpenMailedLinkAsync(site, own: false)),
        ["link-gone"] = ("This link doesn’t work any more", (visitor, site) => visitor.Page.GotoAsync(site.Issuer + "/link/nothing")),
        ["login-again"] = ("Confirm it’s you", async (visitor, _) =>
        {
            await visitor.SignInAsync();
            await visitor.AuthorizeAsync("&prompt=login");
        }),
        ["select-account"] = ("Choose an account", async (visitor, _) =>
        {
            await visitor.SignInAsync();
            await visitor.AuthorizeAsync("&prompt=select_account");
        }),
        ["select-account-several"] = ("Choose an account", async (visitor, _) =>
        {
            await visitor.RegisterAsync();
            await SignInBesideAsync(visitor);
            await visitor.AuthorizeAsync("&prompt=select_account");
        }),
        ["logout-several"] = ("Sign out?", async (visitor, site) =>
        {
            await visitor.RegisterAsync();
            await SignInBesideAsync(visitor);
            await visitor.Page.GotoAsync(site.Issuer + "/oauth2/logout");
        }),
        ["consent"] = ("Foreign Notes asks for your permission", async (visitor, _) =>
        {
            await visitor.SignInAsync();
            await visitor.AuthorizeAsync(clientId: RunningSite.ForeignClientId);
        }),
        ["register"] = ("Create your account", async (visitor, _) =>
        {
            await visitor.OpenSampleAsync();
            await visitor.PressAsync("Register");
            await visitor.Page.GetByLabel("Name", new() { Exact = true }).WaitForAsync();
        }),
        ["register-wrong"] = ("Create your account", async (visitor, _) =>
        {
            await visitor.OpenSampleAsync();
            await visitor.PressAsync("Register");
            await visitor.Page.GetByLabel("E-mail", new() { Exact = true }).FillAsync("nobody");
            await visitor.PressAsync("Create account");
            await visitor.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        }),
        ["form-second"] = ("What are you looking for?", async (visitor, _) =>
        {
            await visitor.OpenFormAsync();
            await visitor.FillFirstPageAsync();
            await visitor.SeesHeadingAsync("What are you looking for?");
            await visitor.Page.GetByLabel("Area").SelectOptionAsync("Boulder");
            await visitor.Page.GetByLabel("Why Boulder?").WaitForAsync();
            await visitor.PressAsync("Create account");
            await visitor.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        }),
        ["complete"] = ("Almost there", async (visitor, _) =>
        {
            await visitor.SignInAsync();
            await visitor.AuthorizeAsync(clientId: RunningSite.FormsClientId);
        }),
        ["profile"] = ("Your profile", async (visitor, site) =>
        {
            await visitor.SignInAsync();
            await visitor.Page.GotoAsync(site.Issuer + "/account/profile");
        }),
        ["account"] = ("Your account", (visitor, _) => visitor.OpenAccountAsync("/account")),
        ["second-factor"] = ("One more step", (visitor, site) => visitor.ComeToSecondFactorAsync(site)),
        ["second-factor-wrong"] = ("One more step", async (visitor, site) =>
        {
            await visitor.ComeToSecondFactorAsync(site);
            await visitor.PressAsync("Use a recovery code");
            await visitor.Page.GetByLabel("Recovery code").FillAsync("nothing");
            await visitor.PressAsync("Continue");
            await visitor.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        }),
        ["set-up-factor"] = ("Set up two-step sign-in", async (visitor, site) =>
        {
            await visitor.AuthorizeAsync("&claims=" + Uri.EscapeDataString("""{"id_token":{"acr":{"essential":true,"value":"2"}}}"""));
            await visitor.FillLoginAsync();
        }),
        ["account-two-factor-new"] = ("Set up two-step sign-in", async (visitor, site) =>
        {
            await visitor.OpenAccountAsync("/account/two-factor/new");
            await visitor.Page.GetByText("Can’t scan it?").ClickAsync();
        }),
        ["recovery-codes"] = ("Keep these recovery codes", async (visitor, site) =>
        {
            await visitor.RegisterAsync();
            await visitor.SetUpAuthenticatorAsync(site);
        }),
        ["account-two-factor"] = ("Two-step sign-in", async (visitor, site) =>
        {
            var app = await visitor.ComeToSecondFactorAsync(site);
            await visitor.Page.GetByLabel("Don’t ask again").CheckAsync();
            await visitor.Page.GetByLabel("Code from the app").FillAsync(app.NextCode());
            await visitor.PressAsync("Continue");
            await visitor.Page.GotoAsync(site.Issuer + "/account/two-factor");
        }),
        ["second-factor-mail"] = ("One more step", async (visitor, site) => await visitor.ComeToMailedCodeAsync(site)),
        ["second-factor-mail-sent"] = ("One more step", async (visitor, site) =>
        {
            await visitor.ComeToMailedCodeAsync(site);
            await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Mail a code to" }).ClickAsync();
            await visitor.Page.GetByLabel("Code from the mail").WaitForAsync();
        }),
        ["account-two-factor-mail"] = ("Codes by mail", (visitor, _) => visitor.OpenAccountAsync("/account/two-factor/email")),
        ["account-factor"] = ("Authenticator", async (visitor, site) =>
        {
            await visitor.RegisterAsync();
            await visitor.SetUpAuthenticatorAsync(site);
            await visitor.PressAsync("I have kept them");
            await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Change" }).ClickAsync();
        }),
        ["passkeys"] = ("Passkeys", (visitor, _) => visitor.OpenAccountAsync("/account/passkeys")),
        ["passkeys-one"] = ("Passkeys", async (visitor, site) =>
        {
            await visitor.AddPasskeyAsync(site);
            await visitor.Page.GetByLabel("Name").FillAsync("Key ring");
            await visitor.PressAsync("Save");
        }),
        ["passkey-new"] = ("Add a passkey", async (visitor, site) =>
        {
            await VirtualAuthenticator.PlugInAsync(visitor.Page);
            await visitor.OpenAccountAsync("/account/passkeys");
            await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Add a passkey" }).ClickAsync();
        }),
        ["passkey-name"] = ("Your passkey", (visitor, site) => visitor.AddPasskeyAsync(site)),
        ["passkey-remove"] = ("Remove this passkey?", async (visitor, site) =>
        {
            await visitor.AddPasskeyAsync(site);
            await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Remove this passkey" }).ClickAsync();
        }),
        ["change-password"] = ("Choose a new password", async (visitor, site) =>
        {
            var email = $"{Guid.NewGuid():N}@example.com";
            await site.PostApiAsync("/api/user", new { user = new { email, password = RunningSite.Password, passwordChangeRequired = true } });
            await visitor.AuthorizeAsync();
            await visitor.FillLoginAsync(email);
        }),
        ["link-invitation"] = ("Use this account?", (visitor, site) => visitor.OpenInvitationAsync(site)),
        ["invited"] = ("Welcome", async (visitor, site) =>
        {
            var mail = await visitor.OpenInvitationAsync(site);
            await visitor.Page.GetByLabel("Code from the mail").FillAsync(Visitor.CodeOf(mail));
            await visitor.PressAsync("Continue");
        }),
        ["dev-mails"] = ("Mails", async (visitor, site) =>
        {
            await visitor.OpenInvitationAsync(site);
            await visitor.Page.GotoAsync(site.Issuer + "/dev/mail");
        }),
        ["dev-mail"] = ("Your account is ready", async (visitor, site) =>
        {
            await visitor.OpenInvitationAsync(site);
            await visitor.Page.GotoAsync(site.Issuer + "/dev/mail");
            await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Your account is ready" }).First.ClickAsync();
        }),
        ["account-german"] = ("Ihr Konto", async (visitor, _) =>
        {
            await visitor.OpenAccountAsync("/account");
            await visitor.Page.GetByText("Deutsch").ClickAsync();
        }),
        ["account-sessions-german"] = ("Wo Sie angemeldet sind", async (visitor, _) =>
        {
            await visitor.OpenAccountAsync("/account/sessions");
            await visitor.Page.GetByText("Deutsch").ClickAsync();
        }),
        ["second-factor-german"] = ("Noch ein Schritt", async (visitor, site) =>
        {
            await visitor.ComeToSecondFactorAsync(site);
            await visitor.Page.GetByText("Deutsch").ClickAsync();
        }),
        ["account-password"] = ("Change your password", (visitor, _) => visitor.OpenAccountAsync("/account/password")),
        ["account-sessions"] = ("Where you’re signed in", (visitor, _) => visitor.OpenAccountAsync("/account/sessions")),
        ["account-data"] = ("Your data", (visitor, _) => visitor.OpenAccountAsync("/account/data")),
        ["account-delete"] = ("Delete your account", async (visitor, _) =>
        {
            await visitor.OpenAccountAsync("/account/delete");
            await visitor.PressAsync("Delete my account");
            await visitor.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        }),
        ["keep-account"] = ("Keep your account?", async (visitor, site) =>
        {
            var email = await visitor.RegisterAsync();
            await visitor.Page.GotoAsync(site.Issuer + "/account/delete");
            await visitor.Page.GetByLabel("To confirm, type").FillAsync(email);
            await visitor.PressAsync("Delete my account");
            await visitor.SeesHeadingAsync("Your account will be deleted");
            await visitor.TakePictureAsync("account-deleted");
            await visitor.AuthorizeAsync();
            await visitor.FillLoginAsync(email);
        }),
        ["account-applications"] = ("Applications", async (visitor, site) =>
        {
            await visitor.SignInAsync();
            await visitor.Page.GotoAsync(site.Issuer + "/account/applications");
        }),
        ["logout"] = ("Sign out?", async (visitor, site) =>
        {
            await visitor.SignInAsync();
            await visitor.Page.GotoAsync(site.Issuer + "/oauth2/logout");
        }),
        ["signed-out"] = ("You are signed out", async (visitor, site) =>
        {
            await visitor.SignInAsync();
            await visitor.Page.GotoAsync(site.Issuer + "/oauth2/logout");
            await visitor.PressAsync("Sign out");
            await visitor.SeesHeadingAsync("You are signed out");
        }),
        ["reference"] = ("Management API", async (visitor, site) =>
        {
            await visitor.Page.GotoAsync(site.Issuer + "/api/reference");
            await visitor.Page.GetByText("Registers a user in an application").First.ClickAsync();
        }),
        ["error"] = ("This request can’t be completed", (visitor, _) => visitor.AuthorizeAsync(clientId: "nobody")),
        ["not-found"] = ("There is nothing here", (visitor, site) => visitor.Page.GotoAsync(site.Issuer + "/nowhere")),
        ["sample-welcome"] = ("Welcome", (visitor, _) => visitor.OpenSampleAsync()),
        ["sample-account"] = ("Ada Lovelace", (visitor, _) => visitor.SignInAsync()),
        ["sample-notice"] = ("Ada Lovelace", async (visitor, _) =>
        {
            await visitor.SignInAsync();
            await visitor.PressAsync("Refresh tokens");
            await visitor.SeesNoticeAsync("refreshed");
        }),
        ["sample-signed-out"] = ("You are signed out", async (visitor, _) =>
        {
            await visitor.SignInAsync();
            await visitor.PressAsync("Log out");
            await visitor.SeesHeadingAsync("You are signed out");
        }),
        ["sample-refused"] = ("This login was not started here", (visitor, site) => visitor.Page.GotoAsync(site.Sample + "/callback?state=unknown&code=x")),
        ["sample-error"] = ("The provider said no", async (visitor, site) =>
        {
            await visitor.OpenSampleAsync();
            await visitor.PressAsync("Log in");
            await visitor.SeesHeadingAsync("Welcome back");
            var state = System.Web.HttpUtility.ParseQueryString(new Uri(visitor.Page.Url).Query)["state"];
            await visitor.Page.GotoAsync(
                $"{site.Sample}/callback?state={state}&iss={Uri.EscapeDataString(site.Issuer)}&error=access_denied&error_description=The+user+said+no.");
        }),
        ["sample-not-found"] = ("There is no such page", (visitor, site) => visitor.Page.GotoAsync(site.Sample + "/nowhere")),
    };

    // Where whoever types at once types.
    private static readonly Dictionary<string, string> Beginnings = new()
    {
        ["login"] = "loginId",
        ["login-wrong"] = "password",
        ["login-again"] = "password",
        ["waiting"] = "code",
        ["second-factor"] = "code",
        ["second-factor-wrong"] = "code",
        ["second-factor-mail-sent"] = "code",
        ["link-elsewhere"] = "code",
        ["change-password"] = "user.password",
        ["invited"] = "user.password",
        ["account-password"] = "user.password",
        ["account-delete"] = "confirm",
        ["account-factor"] = "name",
        ["passkey-name"] = "name",
        ["register"] = "user.fullName",
        ["setup"] = "token",
    };

    private static async Task SignInBesideAsync(Visitor visitor)
    {
        await visitor.AuthorizeAsync("&prompt=select_account");
        await visitor.PressAsync("Use another account");
        await visitor.FillLoginAsync();
        await visitor.SeesHeadingAsync("This login was not started here");
    }

    public static TheoryData<string> Names => [.. Pages.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_page_is_accessible_and_fits_every_screen(string name)
    {
        await using var visitor = await site.WelcomeAsync();
        var (heading, way) = Pages[name];
        await way(visitor, site);
        await visitor.SeesHeadingAsync(heading);
        if (Beginnings.TryGetValue(name, out var field))
        {
            Assert.Equal(field, await visitor.Page.EvaluateAsync<string>("document.activeElement.id"));
        }

        await visitor.LooksRightAsync(name);
    }

    [Fact]
    public async Task The_sign_in_works_by_keyboard_alone()
    {
        await using var visitor = await site.WelcomeAsync();
        await visitor.AuthorizeAsync();
        await visitor.SeesHeadingAsync("Welcome back");
        var keys = visitor.Page.Keyboard;
        await keys.TypeAsync(RunningSite.Email);
        await keys.PressAsync("Tab");
        await keys.TypeAsync(RunningSite.Password);
        await keys.PressAsync("Enter");
        await visitor.SeesHeadingAsync("This login was not started here"); // The sample client did not ask; it has the answer all the same.
    }

    [Fact]
    public async Task Nothing_moves_while_a_slow_machine_paints_a_page()
    {
        await using var visitor = await site.WelcomeAsync();
        var devtools = await visitor.Page.Context.NewCDPSessionAsync(visitor.Page);
        await devtools.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = 20 });
        await visitor.AuthorizeAsync();
        await visitor.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        var shift = await visitor.Page.EvaluateAsync<double>("""
            () => new Promise(resolve => {
              let total = 0;
              new PerformanceObserver(list => list.getEntries().forEach(entry => { total += entry.value; }))
                .observe({ type: 'layout-shift', buffered: true });
              setTimeout(() => resolve(total), 300);
            })
            """);
        Assert.InRange(shift, 0, 0.005); // Up to 0.1 is called good.
    }

    [Fact]
    public async Task Without_scripts_a_form_post_answer_goes_on_with_a_button()
    {
        await using var visitor = await site.WelcomeAsync(scripts: false);
        await visitor.AuthorizeAsync("&response_mode=form_post");
        await visitor.FillLoginAsync();
        await visitor.SeesHeadingAsync("Taking you to Sample Shop");
        await visitor.TakePictureAsync("form-post");
        // The sample client takes answers by redirect only; that it was asked at all is what counts here.
        var posted = visitor.Page.WaitForRequestAsync(request => request.Url == site.Sample + "/callback" && request.Method == "POST");
        await visitor.PressAsync("Continue");
        Assert.Contains("code=", (await posted).PostData, StringComparison.Ordinal);
    }
}
