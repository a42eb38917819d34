using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>The session has ended.</summary>
/// <param name="Application">The application it was ended for, if it is known.</param>
/// <param name="ReturnUrl">A registered address of that application, or null.</param>
public sealed record SignedOutPage(ApplicationView? Application = null, string? ReturnUrl = null) : IPage<SignedOutPage>
{
    /// <inheritdoc/>
    public static string Template => "signed-out";

    /// <inheritdoc/>
    public static SignedOutPage Sample => new(new ApplicationView("Sample Shop", "https://shop.example"), "https://shop.example/");

    /// <inheritdoc/>
    public static IReadOnlyList<SignedOutPage> Samples => [Sample, Sample with { ReturnUrl = null }, new(), new(null, "https://shop.example/")];
}
