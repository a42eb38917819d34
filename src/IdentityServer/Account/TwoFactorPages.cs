using IdentityServer.Factors;
using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>
/// A person's second factors, and the browsers they trust. Posts <c>revoke</c> with a browser's id, or <c>revokeAll</c>.
/// </summary>
/// <param name="Navigation">The way to the other pages.</param>
/// <param name="Factors">The factors, the oldest first.</param>
/// <param name="CodesLeft">How many recovery codes are left.</param>
/// <param name="Browsers">Browsers that are trusted.</param>
/// <param name="NewUrl">Where one is added; null: there are as many as there may be.</param>
/// <param name="EmailUrl">Where codes by mail are turned on; null: they are, or can't be.</param>
/// <param name="CodesUrl">Where recovery codes are renewed.</param>
/// <param name="Errors">What was wrong.</param>
public sealed record TwoFactorPage(
    NavigationView? Navigation,
    IReadOnlyList<FactorView> Factors,
    int CodesLeft,
    IReadOnlyList<TrustedBrowserView> Browsers,
    string? NewUrl,
    string? EmailUrl,
    string CodesUrl,
    FieldErrors Errors) : IPage<TwoFactorPage>, IPostsBack, IRepeatable, INavigable
{
    private const int Few = 3;

    /// <inheritdoc/>
    public static string Template => "account-two-factor";

    /// <inheritdoc/>
    public static TwoFactorPage Sample => new(
        AccountNavigation.Sample(Paths.TwoFactor),
        [
            new("Phone", new("1 May 2026", "2026-05-01T00:00:00Z"), new("11 December 2026, 08:12 UTC", "2026-12-11T08:12:00Z"), Paths.TwoFactor + "/35VW"),
            new(null, new("2 May 2026", "2026-05-02T00:00:00Z"), null, Paths.TwoFactor + "/36VW"),
            new("ada@example.com", new("3 May 2026", "2026-05-03T00:00:00Z"), null, Paths.TwoFactor + "/37VW", IsEmail: true),
        ],
        7,
        [new("0197", new DeviceView("Firefox", "Linux"), "192.0.2.7", new("10 December 2026, 14:03 UTC", "2026-12-10T14:03:00Z"))],
        Paths.TwoFactor + "/new",
        Paths.TwoFactor + "/email",
        Paths.TwoFactor + "/recovery-codes",
        new());

    /// <inheritdoc/>
    public static IReadOnlyList<TwoFactorPage> Samples =>
    [
        Sample,
        Sample with { Factors = [], CodesLeft = 0, Browsers = [] },
        Sample with { CodesLeft = 1, NewUrl = null, EmailUrl = null, Errors = AccountForm.Stale() },
    ];

    /// <inheritdoc/>
    public string Action => Paths.TwoFactor;

    /// <summary>Whether so few recovery codes are left that it is time for new ones.</summary>
    public bool FewCodes => CodesLeft <= Few;
}

/// <summary>A factor in the list.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Created">When it was added.</param>
/// <param name="Used">When it was last used.</param>
/// <param name="Url">Where it is renamed or removed.</param>
/// <param name="IsEmail">Whether it is codes by mail; the name is the address then.</param>
public sealed record FactorView(string? Name, InstantView Created, InstantView? Used, string Url, bool IsEmail = false);

/// <summary>A trusted browser in the list.</summary>
/// <param name="Id">The row's id.</param>
/// <param name="Device">The device.</param>
/// <param name="Address">From where.</param>
/// <param name="Until">Until when.</param>
public sealed record TrustedBrowserView(string Id, DeviceView Device, string? Address, InstantView Until);

/// <summary>Names a factor. Posts <c>name</c>.</summary>
/// <param name="Action">Where the form posts to.</param>
/// <param name="Navigation">The way to the other pages.</param>
/// <param name="Name">What it is called.</param>
/// <param name="RemoveUrl">Where it is removed.</param>
/// <param name="BackUrl">The list.</param>
public sealed record FactorPage(string Action, NavigationView? Navigation, string Name, string RemoveUrl, string BackUrl)
    : IPage<FactorPage>, IPostsBack, IRepeatable, INavigable
{
    /// <inheritdoc/>
    public static string Template => "account-factor";

    /// <inheritdoc/>
    public static FactorPage Sample => new(
        Paths.TwoFactor + "/35VW", AccountNavigation.Sample(Paths.TwoFactor), "Phone", Paths.TwoFactor + "/35VW/remove", Paths.TwoFactor);

    /// <inheritdoc/>
    public static IReadOnlyList<FactorPage> Samples => [Sample, Sample with { Errors = new FieldErrors().Add("name", "tooLong", "The name is too long.") }];

    /// <summary>What was wrong with the last try.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Where the cursor starts.</summary>
    public string Focus => "name";
}

/// <summary>Asks before a factor is removed, or recovery codes are renewed.</summary>
/// <param name="Action">Where the form posts to.</param>
/// <param name="Navigation">The way to the other pages.</param>
/// <param name="Question"><c>remove</c>, <c>removeLast</c> or <c>codes</c>.</param>
/// <param name="Name">What the factor is called.</param>
/// <param name="BackUrl">The list.</param>
public sealed record FactorQuestionPage(string Action, NavigationView? Navigation, string Question, string? Name, string BackUrl)
    : IPage<FactorQuestionPage>, IPostsBack, IRepeatable, INavigable
{
    /// <summary>A factor is removed.</summary>
    public const string Remove = "remove";

    /// <summary>The last factor is removed.</summary>
    public const string RemoveLast = "removeLast";

    /// <summary>Recovery codes are renewed.</summary>
    public const string Codes = "codes";

    /// <inheritdoc/>
    public static string Template => "account-factor-question";

    /// <inheritdoc/>
    public static FactorQuestionPage Sample => new(
        Paths.TwoFactor + "/35VW/remove", AccountNavigation.Sample(Paths.TwoFactor), Remove, "Phone", Paths.TwoFactor);

    /// <inheritdoc/>
    public static IReadOnlyList<FactorQuestionPage> Samples =>
        [Sample, Sample with { Question = RemoveLast, Name = null }, Sample with { Question = Codes, Name = null, Errors = FactorFindings.Stale() }];

    /// <summary>What was wrong with the last try.</summary>
    public FieldErrors Errors { get; init; } = new();
}

/// <summary>Turns codes by mail on: mails one (<c>send</c>), and takes it (<c>code</c>).</summary>
/// <param name="Action">Where the form posts to.</param>
/// <param name="Navigation">The way to the other pages.</param>
/// <param name="Address">Where codes go.</param>
/// <param name="Sent">Whether one was mailed.</param>
/// <param name="BackUrl">The list.</param>
public sealed record EmailFactorPage(string Action, NavigationView? Navigation, string Address, bool Sent, string BackUrl)
    : IPage<EmailFactorPage>, IPostsBack, IRepeatable, INavigable
{
    /// <inheritdoc/>
    public static string Template => "account-factor-email";

    /// <inheritdoc/>
    public static EmailFactorPage Sample => new(
        Paths.TwoFactor + "/email", AccountNavigation.Sample(Paths.TwoFactor), "ada@example.com", true, Paths.TwoFactor);

    /// <inheritdoc/>
    public static IReadOnlyList<EmailFactorPage> Samples => [Sample, Sample with { Sent = false }, Sample with { Errors = FactorFindings.Wrong() }];

    /// <summary>What was wrong with the last try.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Where the cursor starts.</summary>
    public string Focus => FactorFindings.Code;
}
