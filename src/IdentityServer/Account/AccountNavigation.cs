using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Account;

/// <summary>
/// The pages of an account, in the order in which people find them. A page has its line here, its name under
/// <c>navigation.…</c> in the messages, and gives <see cref="For"/> to its model (<see cref="INavigable"/>).
/// </summary>
public static class AccountNavigation
{
    private static readonly (string Name, string Url)[] Entries =
    [
        ("overview", Paths.Account),
        ("profile", Paths.Profile),
        ("email", Paths.AccountEmail),
        ("password", Paths.AccountPassword),
        ("twoFactor", Paths.TwoFactor),
        ("passkeys", Paths.Passkeys),
        ("sessions", Paths.AccountSessions),
        ("applications", Paths.AccountApplications),
        ("data", Paths.AccountData),
        ("delete", Paths.AccountDelete),
    ];

    /// <summary>The way to all pages, from the one at <paramref name="current"/>.</summary>
    public static NavigationView For(User user, string current) => new(
        AccountView.Of(user.FullName, user.Email, user.Username),
        [.. Entries.Select(entry => new NavigationItem(entry.Name, entry.Url, entry.Url == current))],
        Paths.Account,
        Paths.AccountSwitch,
        Paths.Logout);

    /// <summary>One for samples.</summary>
    internal static NavigationView Sample(string current) => new(
        new AccountView("Ada Lovelace", "ada@example.com"),
        [.. Entries.Select(entry => new NavigationItem(entry.Name, entry.Url, entry.Url == current))],
        Paths.Account,
        Paths.AccountSwitch,
        Paths.Logout);
}
