using System.Net;
using IdentityServer.Email;
using IdentityServer.Tests.Email;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Account;

public sealed class DevMailTests
{
    [Fact]
    public async Task A_development_server_shows_its_mails_with_links_to_follow()
    {
        await using var server = await Mailbox.StartServerAsync();
        using var browser = server.NewBrowser();
        var user = await server.AddUserAsync();
        await OutboxTests.QueueAsync(server, user);
        await server.MailToAsync(user.Email!);

        var list = await browser.OpenAsync("/dev/mail");
        Assert.Contains(user.Email!, list.Document.QuerySelector(".mails")!.TextContent, StringComparison.Ordinal);
        var mail = await browser.OpenAsync(list.Document.QuerySelector(".mails a")!.GetAttribute("href")!);
        Assert.Equal("Your password was changed", mail.Document.QuerySelector("h1")!.TextContent);
        Assert.Equal(server.Issuer + "/account", mail.Document.QuerySelector(".mail-text a")!.GetAttribute("href"));
        var html = await browser.OpenAsync(mail.Document.QuerySelector(".choices a")!.GetAttribute("href")!);
        Assert.Contains("sandbox", html.Response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("Your password was changed", html.Document.QuerySelector("h1")!.TextContent);
    }

    [Fact]
    public async Task A_server_in_production_has_no_such_page()
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();

        Assert.Equal(HttpStatusCode.NotFound, (await browser.OpenAsync("/dev/mail")).Status);
        Assert.Null(server.Services.GetService(typeof(DevMailbox)));
    }
}
