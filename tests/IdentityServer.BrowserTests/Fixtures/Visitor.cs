using Deque.AxeCore.Playwright;
using IdentityServer.Email;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IdentityServer.BrowserTests.Fixtures;

/// <summary>Somebody at a browser. Leaving checks that nothing went on that nobody saw: blocked content, script errors, requests to strangers.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly RunningSite _site;
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    public Visitor(RunningSite site, IBrowserContext context, IPage page)
    {
        (_site, _context, Page) = (site, context, page);
        context.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(site.Issuer + "/", StringComparison.Ordinal) && !request.Url.StartsWith(site.Sample + "/", StringComparison.Ordinal))
                _complaints.Add($"{page.Url} asked a stranger: {request.Url}");
        };
        context.WebError += (_, error) => _complaints.Add($"{page.Url} has a script error: {error.Error}");
        context.Console += (_, message) =>
        {
            // A status of 400 is reported as an error too, and may be what a test is after.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                _complaints.Add($"{page.Url} complains: {message.Text}");
        };
    }

    public IPage Page { get; }

    public Task<IResponse?> OpenSampleAsync() => Page.GotoAsync(_site.Sample + "/");

    /// <summary>An authorize request of the sample client, or of another, with further parameters.</summary>
    public Task<IResponse?> AuthorizeAsync(string more = "", string clientId = RunningSite.SampleClientId) => Page.GotoAsync(
        $"{_site.Issuer}/oauth2/authorize?client_id={clientId}&response_type=code&scope=openid%20profile%20email"
        + $"&redirect_uri={Uri.EscapeDataString(_site.Sample + "/callback")}&state=s&nonce=n"
        + $"&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256{more}");

    public Task PressAsync(string button) => Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    public async Task FillLoginAsync(string email = RunningSite.Email, string password = RunningSite.Password)
    {
        await Page.GetByLabel("E-mail or user name").FillAsync(email);
        await Page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await PressAsync("Sign in");
    }

    /// <summary>From the sample client's start page to its account page.</summary>
    public async Task SignInAsync(string email = RunningSite.Email, string password = RunningSite.Password)
    {
        await OpenSampleAsync();
        await PressAsync("Log in");
        await FillLoginAsync(email, password);
        await SeesAccountAsync(email);
    }

    /// <summary>A page of the account, where a stranger signs in first.</summary>
    public async Task OpenAccountAsync(string path)
    {
        await Page.GotoAsync(_site.Issuer + path);
        await FillLoginAsync();
    }

    /// <summary>Creates an account from the sample client's start page on; returns its address.</summary>
    public async Task<string> RegisterAsync(string name = "Grace Hopper")
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        await OpenSampleAsync();
        await PressAsync("Register");
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await Page.GetByLabel("E-mail", new() { Exact = true }).FillAsync(email);
        await Page.GetByLabel("Password", new() { Exact = true }).FillAsync(RunningSite.Password);
        await PressAsync("Create account");
        await SeesAccountAsync(email);
        return email;
    }

    /// <summary>Asks for a link as somebody new and opens it, in this browser or as if it were another.</summary>
    public async Task OpenMailedLinkAsync(RunningSite site, bool own)
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        await AuthorizeAsync(clientId: RunningSite.LinkClientId);
        await Page.GetByLabel("E-mail or user name").FillAsync(email);
        await PressAsync("E-mail me a link");
        var mail = await site.MailToAsync(email);
        if (!own)
        {
            await _context.ClearCookiesAsync();
        }

        await Page.GotoAsync(LinkOf(mail));
    }

    /// <summary>Somebody for whom an account was made opens the link to it.</summary>
    public async Task<MailContent> OpenInvitationAsync(RunningSite site)
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        await site.PostApiAsync("/api/user", new { user = new { email }, sendSetPasswordEmail = true });
        var mail = await site.MailToAsync(email);
        await Page.GotoAsync(LinkOf(mail));
        return mail;
    }

    /// <summary>Somebody new makes a passkey, up to its name.</summary>
    public async Task AddPasskeyAsync(RunningSite site)
    {
        await VirtualAuthenticator.PlugInAsync(Page);
        await RegisterAsync();
        await Page.GotoAsync(site.Issuer + "/account/passkeys/new");
        await PressAsync("Create a passkey");
        await SeesHeadingAsync("Your passkey");
    }

    /// <summary>The link in a mail.</summary>
    public static string LinkOf(MailContent mail) => Words(mail).First(word => word.Contains("/link/", StringComparison.Ordinal));

    /// <summary>The short code in a mail.</summary>
    public static string CodeOf(MailContent mail) => Words(mail).First(word => word is [_, _, _, '-', _, _, _]);

    private static string[] Words(MailContent mail) => mail.Text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Self-registration by the form of two pages.</summary>
    public Task<IResponse?> OpenFormAsync() => Page.GotoAsync(
        $"{_site.Issuer}/oauth2/register?client_id={RunningSite.FormsClientId}&response_type=code&scope=openid"
        + $"&redirect_uri={Uri.EscapeDataString(_site.Sample + "/callback")}&state=s&nonce=n"
        + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");

    /// <summary>Fills in the first of the two pages and goes on; returns the address.</summary>
    public async Task<string> FillFirstPageAsync()
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        await Page.GetByLabel("E-mail", new() { Exact = true }).FillAsync(email);
        await Page.GetByLabel("Password", new() { Exact = true }).FillAsync(RunningSite.Password);
        await Page.GetByLabel("Password, once more").FillAsync(RunningSite.Password);
        await PressAsync("Continue");
        return email;
    }

    public async Task SeesAccountAsync(string email)
    {
        await Expect(Page.Locator("#email")).ToHaveTextAsync(email);
        await Expect(Page).ToHaveURLAsync(_site.Sample + "/");
    }

    public Task SeesHeadingAsync(string text) => Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(text);

    public Task SeesNoticeAsync(string text) => Expect(Page.GetByRole(AriaRole.Status)).ToContainTextAsync(text);

    public Task TakePictureAsync(string name) =>
        Page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, name + ".png"), FullPage = true });

    // The first thing to which the Tab key would go up or back instead of on, in the column that a page is on a phone; on a desk the way
    // through the account stands beside the page. What is hidden, or would jump the queue, is told too.
    private const string StrayFocus = """
        () => {
          const told = element => element.outerHTML.slice(0, 120);
          const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
            .filter(element => !element.disabled && element.type !== 'hidden' && element.checkVisibility({ visibilityProperty: true }));
          const jumps = all.find(element => element.tabIndex > 0);
          if (jumps) return 'jumps the queue: ' + told(jumps);
          if (innerWidth > 480) return '';
          let last;
          for (const element of all.filter(element => element.tabIndex === 0)) {
            const box = element.getBoundingClientRect();
            const isBeside = last && box.top < last.bottom - 4 && box.bottom > last.top + 4;
            if (last && (isBeside ? box.left < last.left : box.top < last.top)) return 'goes back: ' + told(element);
            last = box;
          }
          return '';
        }
        """;

    /// <summary>The page, dark on a phone and light on a desk: accessible, without sideways scrolling, with a picture to look at.</summary>
    public async Task LooksRightAsync(string name)
    {
        foreach (var (width, scheme) in new[] { (320, ColorScheme.Dark), (1280, ColorScheme.Light) })
        {
            await Page.SetViewportSizeAsync(width, 900);
            await Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            var picture = $"{name}-{width}-{scheme.ToString().ToLowerInvariant()}";
            await TakePictureAsync(picture);
            var violations = (await Page.RunAxe()).Violations
                .Select(violation => $"{picture}: {violation.Id}: {violation.Help}: {string.Join(", ", violation.Nodes.Select(node => node.Html))}");
            Assert.Empty(violations);
            Assert.Equal("", await Page.EvaluateAsync<string>(StrayFocus));
            Assert.True(
                await Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"),
                $"{name} scrolls sideways at {width} pixels.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        Assert.Empty(_complaints);
    }

    private static string Pictures { get; } = Path.Combine(FindRoot(), "tests", "output", "screenshots");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "IdentityServer.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        return folder.FullName;
    }
}
