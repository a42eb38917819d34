using System.Text;
using IdentityServer.Tests.Fixtures;
using Microsoft.AspNetCore.Routing;

namespace IdentityServer.Tests.Hosting;

/// <summary>Whatever somebody sends to whatever address: an answer that says what is wrong with it, and never that we broke.</summary>
public sealed class HostileRequestTests(MailServer own) : IClassFixture<MailServer>
{
    private static readonly Dictionary<string, Func<HttpContent?>> Bodies = new()
    {
        ["none"] = () => null,
        ["JSON where a form is due"] = () => Body("""{"a":[1]}""", "application/json"),
        ["half a JSON text"] = () => Body("{", "application/json"),
        ["a form that is none"] = () => Body("%zz=%&&=&==%00", "application/x-www-form-urlencoded"),
        ["a form with bytes that are no text"] = () => Body("loginId=%ff%fe&step=%c0%80&code=%ed%a0%80", "application/x-www-form-urlencoded"),
        ["every field twice"] = () => Body("step=a&step=b&__csrf=a&__csrf=b&loginId=a&loginId=b&code=1&code=2", "application/x-www-form-urlencoded"),
        ["a broken multipart form"] = () => Body("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb", "multipart/form-data; boundary=x"),
        ["a multipart form without a boundary"] = () => Body("a", "multipart/form-data"),
        ["too many fields"] = () => Body(string.Join('&', Enumerable.Range(0, 3000).Select(number => $"f{number}=x")), "application/x-www-form-urlencoded"),
        ["a type that is no type"] = () => Body("a=b", ";;//"),
    };

    private static readonly string[] Queries =
        ["", "?client_id=%00&redirect_uri=%ff&scope=%f0%9f%92%a9&state=%0d%0a", "?a&a&&=&%=%zz", "?locale=..%2f..%2f&id=" + "9999999999999999999999", "?" + "x=1&x=2&client_id=a&client_id=b"];

    private static readonly string[] Segments = ["00000000-0000-0000-0000-000000000000", "%00", "..%2f..%2fetc", "a b%ff", "%F0%9F%92%A9"];

    public static TheoryData<string> Kinds => [.. Bodies.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task No_body_breaks_an_address(string kind)
    {
        using var visit = await Visit.StartAsync(own.Server);
        await visit.SignInAsync();
        await visit.Browser.OpenAccountAsync("/account", visit.User);
        using var client = own.Server.NewClient();
        var broken = new List<string>();

        foreach (var (method, path) in Addresses("00000000-0000-0000-0000-000000000000").Where(address => address.Method is not ("GET" or "HEAD" or "OPTIONS")))
        {
            broken.AddRange(await TryAsync(client, method, path, visit.Browser.CookieHeader, Bodies[kind]()));
            broken.AddRange(await TryAsync(client, method, path, null, Bodies[kind]()));
        }

        Assert.Empty(broken);
    }

    [Theory]
    [InlineData("")]
    [InlineData("%00%01%1f")]
    [InlineData("%ed%a0%80%ff")]
    [InlineData("9223372036854775808")]
    [InlineData("{\"a\":{}}")]
    [InlineData("x&{0}=y")]
    public async Task No_field_breaks_a_page_that_takes_it_for_the_persons_own(string value)
    {
        using var visit = await Visit.StartAsync(own.Server);
        await visit.SignInAsync();
        var page = await visit.Browser.OpenAccountAsync("/account/password", visit.User);
        var token = Uri.EscapeDataString(page.Document.QuerySelector("input[name=__csrf]")!.GetAttribute("value")!);
        string[] names =
        [
            "step", "decision", "loginId", "password", "currentPassword", "code", "secret", "id", "name", "email", "credential", "end", "others", "revoke", "confirm",
            "language", "user.email", "user.data.x", "state", "answers", "form", "method", "remove", "trust", "token", "fullName",
        ];
        var body = $"__csrf={token}&" + string.Join('&', names.Select(name => $"{name}={value.Replace("{0}", name, StringComparison.Ordinal)}"));
        using var client = own.Server.NewClient();
        var broken = new List<string>();

        foreach (var (method, path) in Addresses("00000000-0000-0000-0000-000000000000").Where(address => address.Method is "POST"))
        {
            broken.AddRange(await TryAsync(client, method, path, visit.Browser.CookieHeader, Body(body, "application/x-www-form-urlencoded")));
        }

        Assert.Empty(broken);
    }

    [Fact]
    public async Task No_query_breaks_an_address()
    {
        using var visit = await Visit.StartAsync(own.Server);
        await visit.SignInAsync();
        await visit.Browser.OpenAccountAsync("/account", visit.User);
        using var client = own.Server.NewClient();
        var broken = new List<string>();

        foreach (var (method, path) in Addresses("x").Where(address => address.Method is "GET"))
        {
            foreach (var query in Queries)
            {
                broken.AddRange(await TryAsync(client, method, path + query, visit.Browser.CookieHeader, null));
            }
        }

        Assert.Empty(broken);
    }

    [Fact]
    public async Task No_segment_breaks_an_address()
    {
        using var client = own.Server.NewClient();
        var broken = new List<string>();

        foreach (var (method, path) in Segments.SelectMany(Addresses).Where(address => address.Path.Contains('%') || address.Path.Contains("0000")))
        {
            broken.AddRange(await TryAsync(client, method, path, null, null));
        }

        Assert.Empty(broken);
    }

    [Fact]
    public async Task No_cookie_breaks_an_address()
    {
        using var visit = await Visit.StartAsync(own.Server);
        await visit.SignInAsync();
        await visit.Browser.OpenAccountAsync("/account", visit.User);
        using var client = own.Server.NewClient();
        var names = visit.Browser.CookieHeader.Split("; ").Select(cookie => cookie.Split('=')[0]).ToList();
        var broken = new List<string>();

        foreach (var value in new[] { "", "x", "%00%ff", new string('A', 2000), "CfDJ8" + new string('x', 60), "\"'<>,", "AAAA.BBBB.CCCC" })
        {
            foreach (var (method, path) in Addresses("x"))
            {
                broken.AddRange(await TryAsync(client, method, path, string.Join("; ", names.Select(name => $"{name}={value}")), null));
            }
        }

        Assert.Empty(broken);
    }

    [Fact]
    public void The_addresses_are_all_there()
    {
        var all = Addresses("x").ToList();

        Assert.Contains(("POST", "/password/forgot"), all);
        Assert.Contains(("POST", "/account/profile"), all);
        Assert.Contains(("POST", "/oauth2/token"), all);
        Assert.Contains(("PATCH", "/api/user/x"), all);
        Assert.True(all.Count > 200, $"{all.Count}");
    }

    // Every route that there is, whoever may use it.
    private IEnumerable<(string Method, string Path)> Addresses(string segment) =>
        from endpoint in own.Server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        select (method, "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(part => part.IsSimple && part.Parts[0] is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal ? literal.Content : segment)));

    private static async Task<IEnumerable<string>> TryAsync(HttpClient client, string method, string path, string? cookies, HttpContent? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body };
        if (cookies is not null)
        {
            request.Headers.TryAddWithoutValidation("Cookie", cookies);
        }

        using var answer = await client.SendAsync(request);
        return (int)answer.StatusCode < 500 ? [] : [$"{method} {path}: {(int)answer.StatusCode}"];
    }

    private static StringContent Body(string text, string type)
    {
        var content = new StringContent(text, Encoding.UTF8);
        content.Headers.ContentType = null;
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }
}
