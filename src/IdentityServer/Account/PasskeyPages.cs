using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>A person's passkeys.</summary>
/// <param name="Action">Where the page stands.</param>
/// <param name="Navigation">The way to the other pages.</param>
/// <param name="Passkeys">The passkeys, the newest first.</param>
/// <param name="NewUrl">Where one is added; null where browsers know no passkeys.</param>
public sealed record PasskeysPage(string Action, NavigationView? Navigation, IReadOnlyList<PasskeyView> Passkeys, string? NewUrl)
    : IPage<PasskeysPage>, IRepeatable, INavigable
{
    /// <inheritdoc/>
    public static string Template => "passkeys";

    /// <inheritdoc/>
    public static PasskeysPage Sample => new(
        Paths.Passkeys,
        AccountNavigation.Sample(Paths.Passkeys),
        [
            new("1Password", new("10 December 2026", "2026-12-10T14:03:00Z"), new("11 December 2026, 08:12 UTC", "2026-12-11T08:12:00Z"), true, Paths.Passkeys + "/1"),
            new(null, new("1 May 2026", "2026-05-01T00:00:00Z"), null, false, Paths.Passkeys + "/2"),
        ],
        Paths.Passkeys + "/new");

    /// <inheritdoc/>
    public static IReadOnlyList<PasskeysPage> Samples => [Sample, Sample with { Passkeys = [] }, Sample with { Passkeys = [], NewUrl = null }];
}

/// <summary>A passkey in the list.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Created">When it was added.</param>
/// <param name="Used">When it was last used.</param>
/// <param name="Synced">Whether it is kept on several devices.</param>
/// <param name="Url">Where it is renamed or removed.</param>
public sealed record PasskeyView(string? Name, InstantView Created, InstantView? Used, bool Synced, string Url);

/// <summary>Adds a passkey, by script alone. Posts <c>credential</c>.</summary>
/// <param name="Action">Where the form posts to.</param>
/// <param name="Navigation">The way to the other pages.</param>
/// <param name="Options">What the browser is to ask an authenticator for, as JSON.</param>
/// <param name="BackUrl">The list.</param>
public sealed record NewPasskeyPage(string Action, NavigationView? Navigation, string Options, string BackUrl)
    : IPage<NewPasskeyPage>, IPostsBack, IRepeatable, INavigable
{
    /// <inheritdoc/>
    public static string Template => "passkey-new";

    /// <inheritdoc/>
    public static NewPasskeyPage Sample => new(
        Paths.Passkeys + "/new",
        AccountNavigation.Sample(Paths.Passkeys),
        """{"challenge":"c2FtcGxl","rp":{"id":"localhost"},"user":{"id":"c2FtcGxl"},"excludeCredentials":[]}""",
        Paths.Passkeys);

    /// <inheritdoc/>
    public static IReadOnlyList<NewPasskeyPage> Samples =>
        [Sample, Sample with { Errors = new FieldErrors().AddGeneral("InvalidWebAuthnAuthenticatorResponse", "The passkey was not accepted.") }];

    /// <summary>What was wrong with the last try.</summary>
    public FieldErrors Errors { get; init; } = new();
}

/// <summary>Names a passkey. Posts <c>name</c>.</summary>
/// <param name="Action">Where the form posts to.</param>
/// <param name="Navigation">The way to the other pages.</param>
/// <param name="Name">What it is called.</param>
/// <param name="RemoveUrl">Where it is removed.</param>
/// <param name="BackUrl">The list.</param>
public sealed record PasskeyPage(string Action, NavigationView? Navigation, string Name, string RemoveUrl, string BackUrl)
    : IPage<PasskeyPage>, IPostsBack, IRepeatable, INavigable
{
    /// <inheritdoc/>
    public static string Template => "passkey";

    /// <inheritdoc/>
    public static PasskeyPage Sample => new(
        Paths.Passkeys + "/1", AccountNavigation.Sample(Paths.Passkeys), "1Password", Paths.Passkeys + "/1/remove", Paths.Passkeys);

    /// <inheritdoc/>
    public static IReadOnlyList<PasskeyPage> Samples => [Sample, Sample with { Name = string.Empty, Errors = new FieldErrors().Add("name", "blank", "Enter a name.") }];

    /// <summary>What was wrong with the last try.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Where the cursor starts.</summary>
    public string Focus => "name";
}

/// <summary>Asks whether a passkey is to be removed.</summary>
/// <param name="Action">Where the form posts to.</param>
/// <param name="Navigation">The way to the other pages.</param>
/// <param name="Name">What it is called.</param>
/// <param name="IsLast">Whether the person has no other passkey and no password.</param>
/// <param name="BackUrl">The list.</param>
public sealed record RemovePasskeyPage(string Action, NavigationView? Navigation, string? Name, bool IsLast, string BackUrl)
    : IPage<RemovePasskeyPage>, IPostsBack, IRepeatable, INavigable
{
    /// <inheritdoc/>
    public static string Template => "passkey-remove";

    /// <inheritdoc/>
    public static RemovePasskeyPage Sample => new(
        Paths.Passkeys + "/1/remove", AccountNavigation.Sample(Paths.Passkeys), "1Password", true, Paths.Passkeys);

    /// <inheritdoc/>
    public static IReadOnlyList<RemovePasskeyPage> Samples =>
        [Sample, Sample with { Name = null, IsLast = false, Errors = new FieldErrors().AddGeneral("stale", "This page was open for too long. Try again.") }];

    /// <summary>What was wrong with the last try.</summary>
    public FieldErrors Errors { get; init; } = new();
}
