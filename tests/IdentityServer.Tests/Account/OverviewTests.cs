using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Account;

/// <summary><c>/account</c>.</summary>
public sealed class OverviewTests(OwnServer own, MailServer mailing) : IClassFixture<OwnServer>, IClassFixture<MailServer>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_has_not_proven_the_address_is_told_so_where_mail_can_be_sent(bool hasMail)
    {
        var server = hasMail ? mailing.Server : own.Server;
        var user = await server.AddUserAsync();
        using var browser = server.NewBrowser();

        var page = await browser.OpenAccountAsync("/account", user);

        Assert.Equal(hasMail, page.Document.QuerySelector("main a[href='/account/email']") is { } link && link.TextContent == "Confirm it");
    }
}
