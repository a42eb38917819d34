using IdentityServer.Applications;
using IdentityServer.Users;

namespace IdentityServer.Tests.Fixtures;

/// <summary>A person with a browser, not signed in, and an application that they visit.</summary>
public sealed record Visit(TestServer Server, RelyingParty Party, Browser Browser, User User) : IDisposable
{
    /// <summary>A visit to a confidential client of our own house, on this server or on the one that tests share.</summary>
    public static async Task<Visit> StartAsync(
        TestServer? server = null, Func<OauthConfiguration, OauthConfiguration>? change = null, Func<ApplicationSettings, ApplicationSettings>? settings = null, params string[] roles)
    {
        server ??= await TestServer.SharedAsync();
        return new(server, await RelyingParty.AddAsync(server, change, settings, roles), server.NewBrowser(), await server.AddUserAsync());
    }

    /// <summary>A visit to somebody else's application, which has to ask for consent.</summary>
    public static Task<Visit> StartThirdPartyAsync(TestServer? server = null) =>
        StartAsync(server, oauth => oauth with { Relationship = Relationship.ThirdParty });

    /// <summary>A visit to an application where people may register themselves.</summary>
    public static Task<Visit> StartOpenAsync(TestServer? server = null, params string[] roles) =>
        StartAsync(server, null, settings => settings with { RegistrationConfiguration = new() { Enabled = true } }, roles);

    /// <summary>Sends the browser to the authorization endpoint.</summary>
    public Task<BrowserPage> OpenAsync(params (string Name, string? Value)[] changes) => Browser.OpenAsync(Party.Call(changes).Url);

    /// <summary>Signs the person in.</summary>
    public Task<AuthorizeAnswer> SignInAsync(params (string Name, string? Value)[] changes) => Party.SignInAsync(Browser, User, changes);

    /// <inheritdoc/>
    public void Dispose() => Browser.Dispose();
}
