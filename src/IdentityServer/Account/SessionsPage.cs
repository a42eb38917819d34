using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>Where the person is signed in. Posts <c>end</c> with a session's id, or <c>others</c>.</summary>
/// <param name="Navigation">The way to the other pages.</param>
/// <param name="Sessions">Each of them, this browser's first.</param>
/// <param name="Notice">What was just done: <c>ended</c>, or nothing.</param>
/// <param name="Errors">What was wrong.</param>
public sealed record SessionsPage(NavigationView? Navigation, IReadOnlyList<SessionView> Sessions, string? Notice, FieldErrors Errors)
    : IPage<SessionsPage>, IPostsBack, IRepeatable, INavigable
{
    /// <inheritdoc/>
    public static string Template => "account-sessions";

    /// <inheritdoc/>
    public static SessionsPage Sample => new(
        AccountNavigation.Sample(Paths.AccountSessions),
        [
            new("0197", new DeviceView("Firefox", "Linux"), "192.0.2.7", new InstantView("10 December 2026, 14:03 UTC", "2026-12-10T14:03:00Z"), new InstantView("1 May 2026, 10:00 UTC", "2026-05-01T10:00:00Z"), true, true),
            new("0198", new DeviceView("", ""), null, new InstantView("9 December 2026, 14:03 UTC", "2026-12-09T14:03:00Z"), new InstantView("1 May 2026, 10:00 UTC", "2026-05-01T10:00:00Z"), false, false),
        ],
        "ended",
        new());

    /// <inheritdoc/>
    public static IReadOnlyList<SessionsPage> Samples =>
        [Sample, Sample with { Sessions = [Sample.Sessions[0] with { Device = new DeviceView("Chrome", "") }], Notice = null }, Sample with { Notice = null, Errors = AccountForm.Stale() }];

    /// <inheritdoc/>
    public string Action => Paths.AccountSessions;

    /// <summary>Whether there are others than this one.</summary>
    public bool HasOthers => Sessions.Any(session => !session.Current);
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
