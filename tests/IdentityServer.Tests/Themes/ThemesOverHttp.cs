using System.Net;
using IdentityServer.Logins;
using IdentityServer.Themes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace IdentityServer.Tests.Themes;

/// <summary>Pages and assets as a browser gets them.</summary>
public sealed class ThemesOverHttp : IAsyncLifetime, IDisposable
{
    private WebApplication app = null!;
    private HttpClient client = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddThemes(ThemeDirectory.Shipped);
        app = builder.Build();
        ThemeAssets.Map(app);
        app.MapGet("/login", () => Page.Show(LoginPage.Sample));
        app.MapGet("/error", () => Page.Show(ErrorPage.Sample, 400));
        app.MapGet("/pushed", () => Page.Show(LoginPage.Sample, theme: "no-such-theme", locales: "de"));
        await app.StartAsync();
        client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    public void Dispose() => client.Dispose();

    [Fact]
    public async Task A_page_comes_with_its_headers()
    {
        var response = await client.GetAsync(new Uri("/error", UriKind.Relative));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("en", Assert.Single(response.Content.Headers.ContentLanguage));
        Assert.Equal("no-store", Header(response, "Cache-Control"));
        Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        Assert.Equal("DENY", Header(response, "X-Frame-Options"));
        Assert.Equal("no-referrer", Header(response, "Referrer-Policy"));
        var policy = Header(response, "Content-Security-Policy");
        Assert.StartsWith("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'; base-uri 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("form-action", policy, StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_page_with_a_form_carries_an_antiforgery_token_beside_its_cookie()
    {
        var response = await client.GetAsync(new Uri("/login", UriKind.Relative));

        Assert.Contains("name=\"__RequestVerificationToken\" value=\"CfDJ", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("Antiforgery", Assert.Single(response.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        Assert.Equal("no-store", Header(response, "Cache-Control"));
        Assert.Equal("DENY", Header(response, "X-Frame-Options"));
    }

    [Fact]
    public async Task A_picked_language_is_remembered_and_an_application_s_wish_is_not()
    {
        var picked = await client.GetAsync(new Uri("/error?locale=de", UriKind.Relative));
        var wished = await client.GetAsync(new Uri("/error?ui_locales=de", UriKind.Relative));

        Assert.StartsWith("locale=de;", Assert.Single(picked.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        Assert.Equal("de", Assert.Single(wished.Content.Headers.ContentLanguage));
        Assert.False(wished.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task An_unknown_theme_and_a_pushed_wish_still_give_a_page()
    {
        var response = await client.GetAsync(new Uri("/pushed", UriKind.Relative));

        Assert.Equal("de", Assert.Single(response.Content.Headers.ContentLanguage));
        Assert.Contains("/theme/default/style.css", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_asset_is_kept_for_ever_under_the_hash_of_its_content()
    {
        var asset = app.Services.GetCatalog().Find(null).Files.Assets["style.css"];

        var hashed = await client.GetAsync(new Uri($"/theme/default/style.css?v={asset.Hash}", UriKind.Relative));
        var bare = await client.GetAsync(new Uri("/theme/default/style.css", UriKind.Relative));
        var stale = await client.GetAsync(new Uri("/theme/default/style.css?v=0123456789abcdef", UriKind.Relative));

        Assert.Equal("text/css; charset=utf-8", hashed.Content.Headers.ContentType!.ToString());
        Assert.Equal(asset.Content, await hashed.Content.ReadAsByteArrayAsync());
        Assert.Equal("nosniff", Header(hashed, "X-Content-Type-Options"));
        Assert.Equal("public, max-age=31536000, immutable", Header(hashed, "Cache-Control"));
        Assert.Equal("no-cache", Header(bare, "Cache-Control"));
        Assert.Equal("no-cache", Header(stale, "Cache-Control"));
    }

    [Fact]
    public async Task An_asset_that_has_not_changed_is_not_sent_again()
    {
        var first = await client.GetAsync(new Uri("/theme/default/theme.css", UriKind.Relative));
        using var again = new HttpRequestMessage(HttpMethod.Get, "/theme/default/theme.css");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        Assert.Equal(HttpStatusCode.NotModified, (await client.SendAsync(again)).StatusCode);
    }

    [Theory]
    [InlineData("/theme/default/login.hbs")]
    [InlineData("/theme/default/none.css")]
    [InlineData("/theme/nowhere/style.css")]
    [InlineData("/theme/default/..%2flogin.hbs")]
    [InlineData("/theme/default/..%2f..%2f..%2fappsettings.json")]
    [InlineData("/theme/..%2fdefault/style.css")]
    [InlineData("/theme/default/%2e%2e/%2e%2e/appsettings.json")]
    [InlineData("/theme/default/..%5c..%5cappsettings.json")]
    [InlineData("/theme/default/style.css%00.hbs")]
    public async Task Nothing_else_is_served(string path)
    {
        var uri = new Uri(client.BaseAddress!.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);

        var response = await client.SendAsync(request);

        // Kestrel itself refuses a NUL.
        Assert.Equal(path.Contains("%00", StringComparison.Ordinal) ? HttpStatusCode.BadRequest : HttpStatusCode.NotFound, response.StatusCode);
    }

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));
}

file static class Services
{
    public static ThemeCatalog GetCatalog(this IServiceProvider services) => (ThemeCatalog)services.GetService(typeof(ThemeCatalog))!;
}
