using IdentityServer.Account;
using IdentityServer.Sessions;
using IdentityServer.Tests.Fixtures;
using Microsoft.AspNetCore.Http;

namespace IdentityServer.Tests.Sessions;

public sealed class SessionCookieTests
{
    [Fact]
    public async Task Over_tls_the_cookie_is_for_this_host_over_tls_only()
    {
        await using var server = await TestServer.StartAsync("PublicUrl=https://login.example.com");

        Assert.Equal("__Host-session=secret; path=/; secure; samesite=lax; httponly", Written(server, persistent: false));
    }

    [Fact]
    public async Task In_development_the_cookie_works_without_tls()
    {
        var server = await TestServer.SharedAsync();

        Assert.Equal("session=secret; path=/; samesite=lax; httponly", Written(server, persistent: false));
    }

    [Fact]
    public async Task A_kept_session_s_cookie_lasts_as_long_as_the_session()
    {
        var server = await TestServer.SharedAsync();

        Assert.Equal("session=secret; expires=Fri, 01 Jan 2049 12:00:00 GMT; path=/; samesite=lax; httponly", Written(server, persistent: true));
    }

    [Fact]
    public async Task The_secret_just_given_counts_in_the_same_request()
    {
        var cookie = (await TestServer.SharedAsync()).Get<SessionCookie>();
        var http = new DefaultHttpContext();
        http.Request.Headers.Cookie = "session=old";

        Assert.Equal("old", cookie.Read(http));
        var started = Started(persistent: false);
        cookie.Write(http, started);
        Assert.Equal("secret", cookie.Read(http));
        cookie.Forget(http, started.Session);
        Assert.Null(cookie.Read(http));
    }

    [Fact]
    public async Task Over_tls_the_anti_forgery_cookie_is_for_this_host_over_tls_only()
    {
        await using var server = await TestServer.StartAsync("PublicUrl=https://login.example.com");
        using var client = server.NewClient();

        var response = await client.GetAsync(new Uri("/setup", UriKind.Relative));

        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("__Host-csrf=", cookie, StringComparison.Ordinal);
        Assert.EndsWith("; path=/; secure; samesite=lax; httponly", cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_from_before_a_sign_in_can_not_be_posted_after_it()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = server.NewBrowser();
        var page = await browser.OpenAsync("/setup?token=" + server.Get<SetupToken>().Issue());
        (string, string)[] filled = [("user.email", "root@example.com"), ("user.fullName", "Root"), ("user.password", TestServer.Password)];

        var user = await server.AddUserAsync();
        var started = await server.Get<BrowserSessions>().StartAsync(new NewSession { Proof = new(user, AuthenticationType.Password, Amr.Password), Persistent = false }, CancellationToken.None);
        browser.Cookies.Add(server.Address, new System.Net.Cookie("session", started!.Secret));
        var stale = await browser.SubmitAsync(page, filled);

        Assert.Equal(System.Net.HttpStatusCode.OK, stale.Status);
        Assert.Equal(System.Net.HttpStatusCode.SeeOther, (await browser.SubmitAsync(stale, [("token", server.Get<SetupToken>().Issue()), .. filled])).Status);
    }

    private static string Written(TestServer server, bool persistent)
    {
        var http = new DefaultHttpContext();
        server.Get<SessionCookie>().Write(http, Started(persistent));
        return http.Response.Headers.SetCookie.ToString();
    }

    private static StartedSession Started(bool persistent) => new(
        new Session
        {
            Id = Guid.NewGuid(),
            SecretHash = System.Security.Cryptography.SHA256.HashData("secret"u8),
            TenantId = Guid.Empty,
            UserId = Guid.Empty,
            AuthenticatedAt = default,
            Amr = "pwd",
            Persistent = persistent,
            LastSeenAt = default,
            ExpiresAt = new DateTimeOffset(2049, 1, 1, 12, 0, 0, TimeSpan.Zero),
        },
        "secret",
        []);
}
