using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>
/// Carries an authorization response to the application by a form that submits itself (OAuth 2.0 Form Post Response Mode §2).
/// A button does the same where scripts do not run.
/// </summary>
/// <param name="Action">The proven redirect address.</param>
/// <param name="Application">The application it belongs to.</param>
/// <param name="Fields">The response.</param>
public sealed record FormPostPage(string Action, ApplicationView Application, IReadOnlyList<HiddenField> Fields) : IPage<FormPostPage>
{
    /// <inheritdoc/>
    public static string Template => "form-post";

    /// <inheritdoc/>
    public static FormPostPage Sample => new(
        "https://shop.example/callback",
        new ApplicationView("Sample Shop"),
        [new HiddenField("code", "SplxlOBeZQQYbYS6WxSbIA"), new HiddenField("state", "xyz")]);
}
