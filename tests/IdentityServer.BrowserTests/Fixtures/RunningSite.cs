using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using IdentityServer.Hosting;
using IdentityServer.Email;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using SampleClient;

namespace IdentityServer.BrowserTests.Fixtures;

/// <summary>The complete server, the sample client and one Chromium, on free ports and an empty data folder. Started once for all tests that share it.</summary>
public sealed class RunningSite : IAsyncLifetime
{
    public const string Password = "correct horse battery staple";
    public const string Email = "ada@example.com";
    public const string SampleClientId = "0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4c01";
    public const string ForeignClientId = "0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4c02";

    public const string FormsClientId = "0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4c03";
    public const string LinkClientId = "0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4c04";
    public const string GatedClientId = "0a5c8b1e-5f6d-4c43-9b0e-1f1e2d3c4c05";
    public const string ApiKey = "a-key-for-the-browser-tests-0123456789abcdef";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("browser-tests-");
    private WebApplication? _server;
    private WebApplication? _sample;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The address of the server.</summary>
    public string Issuer { get; } = $"http://localhost:{FreePort()}";

    /// <summary>The address of the sample client.</summary>
    public string Sample { get; } = $"http://localhost:{FreePort()}";

    public async Task InitializeAsync()
    {
        var kickstart = Path.Combine(_folder.FullName, "kickstart.json");
        await File.WriteAllTextAsync(kickstart, JsonSerializer.Serialize(Kickstart()));
        _server = Server.Build(
        [
            $"--urls={Issuer}",
            $"--IdentityServer:PublicUrl={Issuer}",
            $"--IdentityServer:DataDirectory={Path.Combine(_folder.FullName, "data")}",
            $"--IdentityServer:Kickstart={kickstart}",
            // All of these people come from one address within a minute.
            "--IdentityServer:RateLimits:Enabled=false",
            "--Logging:LogLevel:Default=Warning",
        ],
        builder => builder.Services.AddSingleton<DevMailbox>());
        await _server.StartAsync();
        _sample = SampleApp.Build([], new() { Authority = Issuer, ClientId = SampleClientId, Urls = Sample });
        await _sample.StartAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    /// <summary>Somebody with a browser of their own: no cookies, nothing remembered.</summary>
    public async Task<Visitor> WelcomeAsync(bool scripts = true)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            JavaScriptEnabled = scripts,
            Locale = "en-US",
            ReducedMotion = ReducedMotion.Reduce,
            ViewportSize = new() { Width = 1280, Height = 900 },
        });
        context.SetDefaultTimeout(15_000);
        return new Visitor(this, context, await context.NewPageAsync());
    }

    /// <summary>A call of the management API that is expected to succeed.</summary>
    public async Task PostApiAsync(string path, object body)
    {
        using var client = new HttpClient { BaseAddress = new Uri(Issuer) };
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", ApiKey);
        using var answer = await client.PostAsJsonAsync(path, body);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Waits for the newest mail to an address, or the newest with a subject.</summary>
    public async Task<MailContent> MailToAsync(string address, string? subject = null)
    {
        for (var wait = 0; wait < 200; wait++)
        {
            if (_server!.Services.GetRequiredService<DevMailbox>().Mails.FirstOrDefault(
                mail => mail.Content.To == address && (subject is null || mail.Content.Subject == subject)) is { } mail)
            {
                return mail.Content;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"No mail came to {address}.");
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.CloseAsync();
        _playwright?.Dispose();
        if (_sample is not null)
            await _sample.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private object Kickstart() => new
    {
        variables = new { },
        apiKeys = new[] { new { key = ApiKey, description = "tests" } },
        requests = (object[])
        [
            Application(SampleClientId, "Sample Shop", new { authorizedRedirectURLs = new[] { Sample + "/callback" } }),
            Application(ForeignClientId, "Foreign Notes", new
            {
                authorizedRedirectURLs = new[] { Sample + "/callback" },
                relationship = "ThirdParty",
                consentMode = "AlwaysPrompt",
            }),
            new
            {
                method = "POST",
                url = "/api/user/registration",
                body = new
                {
                    user = new { email = Email, password = Password, fullName = "Ada Lovelace" },
                    registration = new { applicationId = SampleClientId },
                    skipVerification = true,
                },
            },
            Application(
                LinkClientId,
                "Link Lounge",
                new { authorizedRedirectURLs = new[] { Sample + "/callback" } },
                new { enabled = true },
                new { enabled = true, fullName = new { enabled = true, required = true } }),
            Application(
                GatedClientId,
                "Proven Post",
                new { authorizedRedirectURLs = new[] { Sample + "/callback" } },
                unverified: new { behavior = "Gated" }),
            .. FormsKickstart.Requests(FormsClientId, Sample),
        ],
    };

    private object Application(
        string id,
        string name,
        object oauthConfiguration,
        object? passwordlessConfiguration = null,
        object? registrationConfiguration = null,
        object? unverified = null) => new
    {
        method = "POST",
        url = $"/api/application/{id}",
        body = new
        {
            application = new
            {
                name,
                oauthConfiguration,
                passwordlessConfiguration,
                unverified,
                registrationConfiguration = registrationConfiguration ?? new { enabled = true },
                clientMetadata = new
                {
                    token_endpoint_auth_method = "none",
                    post_logout_redirect_uris = new[] { Sample + "/signed-out" },
                },
            },
        },
    };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>The browser tests that share one site, and so run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SiteCollection : ICollectionFixture<RunningSite>
{
    public const string Name = "site";
}
