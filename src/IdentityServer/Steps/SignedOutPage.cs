using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>The session has ended. Leads back to the application's home page, if it is known and has one.</summary>
/// <param name="Application">The application it was ended for, if it is known.</param>
public sealed record SignedOutPage(ApplicationView? Application) : IPage<SignedOutPage>
{
    /// <inheritdoc/>
    public static string Template => "signed-out";

    /// <inheritdoc/>
    public static SignedOutPage Sample => new(new ApplicationView("Sample Shop", "https://shop.example"));

    /// <inheritdoc/>
    public static IReadOnlyList<SignedOutPage> Samples => [Sample, new(new ApplicationView("Sample Shop")), new((ApplicationView?)null)];
}
