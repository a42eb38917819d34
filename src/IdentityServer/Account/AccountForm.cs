using IdentityServer.Sessions;

namespace IdentityServer.Account;

/// <summary>The post of an account page.</summary>
internal static class AccountForm
{
    /// <summary>What was posted; null if it is not the person's own post, or not any more.</summary>
    public static async Task<IFormCollection?> ReadAsync(HttpContext http, PostGuard guard, CancellationToken cancellation) =>
        await guard.AllowsAsync(http) && http.Request.HasFormContentType ? await http.Request.ReadFormAsync(cancellation) : null;

    /// <summary>What a page says that was open for too long.</summary>
    public static FieldErrors Stale() => new FieldErrors().AddGeneral("stale", "This page was open for too long. Try again.");
}
