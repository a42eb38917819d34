using IdentityServer.Applications;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Recovery;

/// <summary>
/// Tells people that somebody, perhaps they themselves, typed their address where only a free one is of use. It leads to the
/// account and to a new password; nothing in it comes from whoever typed the address.
/// </summary>
/// <param name="Kind">Where: <see cref="Register"/> or <see cref="ChangeEmail"/>; its sentences are <c>mail.knownAddress.{Kind}.*</c>.</param>
/// <param name="Facts">Which application.</param>
/// <param name="SignInUrl">Where they get in.</param>
/// <param name="ForgotUrl">Where they ask for a new password.</param>
public sealed record KnownAddressMail(string Kind, IReadOnlyList<NoticeFact> Facts, string SignInUrl, string ForgotUrl) : IMail<KnownAddressMail>
{
    /// <summary>Somebody wanted to register with it.</summary>
    public const string Register = "register";

    /// <summary>Somebody wanted to give it to their account.</summary>
    public const string ChangeEmail = "changeEmail";

    /// <inheritdoc/>
    public static string Template => "known-address";

    /// <inheritdoc/>
    public static IReadOnlyList<KnownAddressMail> Samples =>
    [
        new(Register, [new("application", "Sample Shop")], "https://shop.example", PublicAddress.Default + Paths.ForgotPassword),
        new(ChangeEmail, [], PublicAddress.Default + Paths.Account, PublicAddress.Default + Paths.ForgotPassword),
    ];

    /// <summary>The mail; who has an account with an application goes there, others to the account.</summary>
    public static KnownAddressMail For(string kind, Application? application, PublicAddress address) => new(
        kind,
        application is null ? [] : [new NoticeFact("application", application.Name)],
        application?.Settings.ClientMetadata.ClientUri is { } home && Uri.TryCreate(home, UriKind.Absolute, out var parsed) && parsed.Scheme is "https" or "http"
            ? home
            : address.Url(Paths.Account),
        address.Url(Paths.ForgotPassword));
}
