using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>
/// Where the person is signed in, and in which browsers they signed in before. Posts <c>end</c> with a session's id, <c>others</c>,
/// <c>forget</c> with a browser's id, or <c>forgetOthers</c>.
/// </summary>
/// <param name="Navigation">The way to the other pages.</param>
/// <param name="Sessions">Each of them, this browser's first.</param>
/// <param name="Browsers">Browsers that are known, this one first.</param>
/// <param name="Notice">What was just done: <c>ended</c>, <c>forgotten</c>, or nothing.</param>
/// <param name="Errors">What was wrong.</param>
public sealed record SessionsPage(
    NavigationView? Navigation, IReadOnlyList<SessionView> Sessions, IReadOnlyList<KnownBrowserView> Browsers, string? Notice, FieldErrors Errors)
    : IPage<SessionsPage>, IPostsBack, IRepeatable, INavigable
{
    /// <summary>A session was ended.</summary>
    public const string Ended = "ended";

    /// <summary>A browser was forgotten.</summary>
    public const string Forgotten = "forgotten";

    /// <inheritdoc/>
    public static string Template => "account-sessions";

    /// <inheritdoc/>
    public static SessionsPage Sample => new(
        AccountNavigation.Sample(Paths.AccountSessions),
        [
            new("0197", new DeviceView("Firefox", "Linux"), "192.0.2.7", new InstantView("10 December 2026, 14:03 UTC", "2026-12-10T14:03:00Z"), new InstantView("1 May 2026, 10:00 UTC", "2026-05-01T10:00:00Z"), true, true),
            new("0198", new DeviceView("", ""), null, new InstantView("9 December 2026, 14:03 UTC", "2026-12-09T14:03:00Z"), new InstantView("1 May 2026, 10:00 UTC", "2026-05-01T10:00:00Z"), false, false),
        ],
        [
            new("0199", new DeviceView("Firefox", "Linux"), "192.0.2.7", new InstantView("10 December 2026, 14:03 UTC", "2026-12-10T14:03:00Z"), new InstantView("1 May 2026", "2026-05-01T10:00:00Z"), new InstantView("9 January 2027", "2027-01-09T14:03:00Z"), true),
            new("0200", new DeviceView("", ""), null, new InstantView("9 December 2026, 14:03 UTC", "2026-12-09T14:03:00Z"), new InstantView("1 May 2026", "2026-05-01T10:00:00Z"), null, false),
        ],
        Ended,
        new());

    /// <inheritdoc/>
    public static IReadOnlyList<SessionsPage> Samples =>
    [
        Sample,
        Sample with { Sessions = [Sample.Sessions[0] with { Device = new DeviceView("Chrome", "") }], Browsers = [Sample.Browsers[0]], Notice = null },
        Sample with { Browsers = [], Notice = Forgotten },
        Sample with { Notice = null, Errors = AccountForm.Stale() },
    ];

    /// <inheritdoc/>
    public string Action => Paths.AccountSessions;

    /// <summary>Whether there are others than this one.</summary>
    public bool HasOthers => Sessions.Any(session => !session.Current);

    /// <summary>Whether other browsers than this one are known.</summary>
    public bool KnowsOthers => Browsers.Any(browser => !browser.Current);

    /// <summary>Whether what was just done is that a browser was forgotten.</summary>
    public bool HasForgotten => Notice == Forgotten;
}

/// <summary>A browser in which the person is signed in.</summary>
/// <param name="Id">The session's id.</param>
/// <param name="Device">The device.</param>
/// <param name="Address">From where they signed in.</param>
/// <param name="LastSeen">The last use.</param>
/// <param name="Since">When they signed in.</param>
/// <param name="Persistent">Whether it stays when the browser is closed.</param>
/// <param name="Current">Whether it is this browser.</param>
public sealed record SessionView(
    string Id, DeviceView Device, string? Address, InstantView LastSeen, InstantView Since, bool Persistent, bool Current);

/// <summary>A browser in which the person signed in before.</summary>
/// <param name="Id">The row's id.</param>
/// <param name="Device">The device.</param>
/// <param name="Address">From where they signed in last.</param>
/// <param name="LastSeen">The last sign-in.</param>
/// <param name="Since">The first.</param>
/// <param name="TrustedUntil">Until when no second factor is asked for there, if so.</param>
/// <param name="Current">Whether it is this browser.</param>
public sealed record KnownBrowserView(
    string Id, DeviceView Device, string? Address, InstantView LastSeen, InstantView Since, InstantView? TrustedUntil, bool Current);
