using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Account;

/// <summary><c>/account/data</c>.</summary>
public sealed class DataTests
{
    private const string Url = "/account/data";

    [Theory]
    [OnEachDatabase]
    public async Task The_file_holds_what_is_the_persons_own_and_no_secret(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        using var visit = await Visit.StartThirdPartyAsync(server);
        var user = await server.AddUserAsync(change: wanted => wanted with { FullName = "Zoë \"Ada\" <b>", Data = """{"shoe":38}""" });
        var consent = await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(visit.Party.Call(("scope", "openid email")).Url), user);
        await visit.Browser.SubmitAsync(consent, ("decision", "allow"));

        var file = await visit.Browser.SubmitAsync(await visit.Browser.OpenAsync(Url));

        Assert.Equal((HttpStatusCode.OK, "application/json"), (file.Status, file.Response.Content.Headers.ContentType!.MediaType));
        Assert.Equal("attachment", file.Response.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Contains("no-store", file.Response.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        var json = JsonNode.Parse(file.Body)!;
        Assert.Equal((user.Email, "Zoë \"Ada\" <b>", 38), ((string?)json["user"]!["email"], (string?)json["user"]!["fullName"], (int)json["user"]!["data"]!["shoe"]!));
        Assert.Equal(visit.Party.Application.Name, (string?)json["applications"]![0]!["application"]);
        Assert.Single(json["sessions"]!.AsArray());
        Assert.Contains(json["events"]!.AsArray(), entry => (string?)entry!["message"] == "signed in");

        var stored = await server.ReadAsync(db => Task.FromResult(db.Users.Single(row => row.Id == user.Id)));
        var session = await server.ReadAsync(db => Task.FromResult(db.Sessions.Single(row => row.UserId == user.Id)));
        Assert.DoesNotContain(stored.PasswordHash!, JsonSerializer.Deserialize<JsonElement>(file.Body).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(stored.SecurityStamp, file.Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToBase64String(session.SecretHash), file.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(visit.Browser.Cookie("session")!, file.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_post_from_elsewhere_gets_no_file()
    {
        var server = await TestServer.SharedAsync();
        var user = await server.AddUserAsync();
        using var browser = server.NewBrowser();
        var page = await browser.OpenAccountAsync(Url, user);

        var forged = await browser.SubmitAsync(page, ("__csrf", "forged"));

        Assert.Equal("text/html", forged.Response.Content.Headers.ContentType!.MediaType);
    }
}
