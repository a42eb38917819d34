using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>The first page of an account: whose it is, what to see to, and the last sign-ins.</summary>
/// <param name="Action">Where the page stands.</param>
/// <param name="Navigation">The way to the other pages.</param>
/// <param name="Email">The e-mail address.</param>
/// <param name="Verified">Whether the address was proven.</param>
/// <param name="Username">The user name.</param>
/// <param name="Advice">What would make the account safer.</param>
/// <param name="SignIns">The last sign-ins, the newest first.</param>
public sealed record OverviewPage(
    string Action, NavigationView? Navigation, string? Email, bool Verified, string? Username, IReadOnlyList<AdviceView> Advice, IReadOnlyList<SignInView> SignIns)
    : IPage<OverviewPage>, IRepeatable, INavigable
{
    /// <inheritdoc/>
    public static string Template => "account-overview";

    /// <inheritdoc/>
    public static OverviewPage Sample => new(
        Paths.Account,
        AccountNavigation.Sample(Paths.Account),
        "ada@example.com",
        Verified: false,
        "ada",
        [new("verifyEmail", string.Empty)],
        [new(new InstantView("10 December 2026, 14:03 UTC", "2026-12-10T14:03:00Z"), "Sample Shop", "192.0.2.7"), new(new InstantView("1 May 2026", "2026-05-01T00:00:00Z"), null, null)]);

    /// <inheritdoc/>
    public static IReadOnlyList<OverviewPage> Samples => [Sample, Sample with { Email = null, Verified = true, Advice = [], SignIns = [] }, Sample with { Username = null, Verified = true }];
}

/// <summary>What would make the account safer.</summary>
/// <param name="Name">What the messages <c>account.advice.…</c> name it by.</param>
/// <param name="Url">Where to do it; empty where there is no such page.</param>
public sealed record AdviceView(string Name, string Url);

/// <summary>A sign-in.</summary>
/// <param name="At">When.</param>
/// <param name="Application">Into which application.</param>
/// <param name="Address">From where.</param>
public sealed record SignInView(InstantView At, string? Application, string? Address);
