using System.Globalization;
using System.Net;
using System.Text;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.OpenId;

/// <summary>Whatever a stranger sends gets the standard's error or a clear page, never a fault of ours.</summary>
public sealed class OddInputTests
{
    private const string FormType = "application/x-www-form-urlencoded";

    private static readonly string[] Paths = ["/oauth2/authorize", "/oauth2/register", "/oauth2/logout"];

    // As they stand in a URL.
    private static readonly string[] Values =
    [
        "", "%FF", "%C3%28", "%ED%A0%80", "%00", "%0D%0ASet-Cookie:%20x=y", "%7F", "%E2%80%AE", "%", "%zz", "+", "x", "null", "-1", "0", "true", "[]", "{}",
        "%7B%22id_token%22:%7B%22sub%22:%7B%22value%22:%22x%22%7D%7D%7D", "none", "login", "none+login", "openid", "openid+openid", "https://app.example/callback",
        "code", "fragment", "form_post", "S256", "99999999999999999999", "%3Cscript%3E", "..%2F..%2F", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "%F0%9F%98%80",
        new('x', 2000), string.Concat(Enumerable.Repeat("%7B%22a%22:", 200)), string.Concat(Enumerable.Repeat("%5B", 500)),
    ];

    private static readonly string[] Names =
    [
        "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt", "max_age", "claims", "id_token_hint", "login_hint",
        "code_challenge", "code_challenge_method", "acr_values", "ui_locales", "locale", "resource", "request", "request_uri", "registration", "another_account",
        "step", "decision", "interaction", "loginId", "password", "keepSignedIn", "user.email", "user.password", "user.fullName", "__csrf",
        "post_logout_redirect_uri", "logout_hint", "%FF", "%00", "", "a[b]", "a.b",
    ];

    [Fact]
    public async Task No_random_request_gets_a_fault()
    {
        using var visit = await Visit.StartOpenAsync();
        using var client = visit.Server.NewClient();
        await visit.SignInAsync();
        var random = new Random(20261121);

        for (var count = 0; count < 600; count++)
        {
            var (path, query, form) = (Pick(random, Paths), Garbage(random, visit.Party), Garbage(random, visit.Party));
            using var request = random.Next(2) == 0
                ? new HttpRequestMessage(HttpMethod.Get, $"{path}?{query}")
                : new HttpRequestMessage(HttpMethod.Post, $"{path}?{query}") { Content = new StringContent(form, Encoding.ASCII, FormType) };
            if (random.Next(2) == 0)
            {
                request.Headers.Add("Cookie", $"session={visit.Browser.Cookie("session")}; csrf={Pick(random, Values)}; locale={Pick(random, Values)}");
            }

            using var response = await client.SendAsync(request);

            Assert.True(
                response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.BadRequest,
                $"{count.ToString(CultureInfo.InvariantCulture)}: {response.StatusCode} for {request.Method} {request.RequestUri} with {form}");
        }
    }

    [Fact]
    public async Task No_random_post_of_a_page_gets_a_fault()
    {
        using var visit = await Visit.StartOpenAsync();
        var random = new Random(20261122);
        var page = await visit.OpenAsync();

        for (var count = 0; count < 300; count++)
        {
            var fields = Enumerable.Range(0, random.Next(8)).Select(_ => (Name: Uri.UnescapeDataString(Pick(random, Names)), Value: Uri.UnescapeDataString(Pick(random, Values))))
                .Append(("__csrf", page.Field("__csrf")!))
                .Append(("step", Pick(random, ["login", "register", "consent", "select_account", "nothing"])))
                .DistinctBy(pair => pair.Item1)
                .Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2));

            var answer = await visit.Browser.PostAsync((random.Next(2) == 0 ? "/oauth2/authorize?" : "/oauth2/register?") + visit.Party.Call().Query, [], fields);

            Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"{count.ToString(CultureInfo.InvariantCulture)}: {answer.Status}");
        }
    }

    [Theory]
    [InlineData("application/json", "{}", "invalid_content_type")]
    [InlineData("text/plain", "client_id=x", "invalid_content_type")]
    [InlineData("multipart/form-data; boundary=x", "--x--", "invalid_content_type")]
    [InlineData("application/x-www-form-urlencoded; charset=nonsense", "client_id=x", null)]
    [InlineData(null, "", "invalid_content_type")]
    public async Task A_body_that_is_no_form_is_refused_on_our_page(string? type, string body, string? reason)
    {
        var server = await TestServer.SharedAsync();
        using var client = server.NewClient();
        foreach (var path in Paths)
        {
            using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
            content.Headers.TryAddWithoutValidation("Content-Type", type);

            using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content);

            var html = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.OK, $"{response.StatusCode} at {path}");
            Assert.Contains(reason ?? "</html>", html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Too_much_of_anything_is_refused_on_our_page()
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        var party = await RelyingParty.AddAsync(server);
        var call = party.Call();
        var many = string.Concat(Enumerable.Range(0, 101).Select(number => $"&p{number.ToString(CultureInfo.InvariantCulture)}=1"));

        (await browser.OpenAsync(call.Url + many)).AssertErrorPage("too_many_parameters", "too many parameters");
        (await browser.OpenAsync($"{call.Url}&{new string('n', 200)}=1")).AssertErrorPage("parameter_too_long", "too long");
        (await browser.PostAsync("/oauth2/authorize", [], [.. call.Parameters, new("whatever", new string('x', 20_000))])).AssertErrorPage("parameter_too_long", "too long");
        (await browser.OpenAsync(call.Url + "&whatever=%00")).AssertErrorPage("invalid_characters", "control characters");
        (await browser.PostAsync("/oauth2/authorize", [], Enumerable.Range(0, 5_000).Select(number => KeyValuePair.Create("p" + number.ToString(CultureInfo.InvariantCulture), "1"))))
            .AssertErrorPage("invalid_body", "too large");
    }

    [Theory]
    [InlineData(20_000, HttpStatusCode.RequestUriTooLong)]
    [InlineData(14_000, HttpStatusCode.OK)]
    public async Task A_request_line_is_read_up_to_its_limit(int length, HttpStatusCode status)
    {
        using var visit = await Visit.StartAsync();

        Assert.Equal(status, (await visit.OpenAsync(("whatever", new string('x', length)))).Status);
    }

    private static string Garbage(Random random, RelyingParty party)
    {
        // Half of it comes close to a good request, so that what follows the first check is reached too.
        var pairs = Enumerable.Range(0, random.Next(12)).Select(_ => $"{Pick(random, Names)}={Pick(random, Values)}");
        return random.Next(2) == 0 ? string.Join('&', pairs) : party.Call((Pick(random, [.. party.Call().Parameters.Keys]), null)).Query + "&" + string.Join('&', pairs);
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
