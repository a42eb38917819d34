using System.Net;
using IdentityServer.Data;
using IdentityServer.Quotas;
using Microsoft.Extensions.Options;

namespace IdentityServer.Email;

/// <summary>What a mail is for, as far as limits go.</summary>
public enum MailPurpose
{
    /// <summary>Signs in or up.</summary>
    SignIn,

    /// <summary>
    /// Proves the address of somebody who registers. Counted by itself: how many are left says nothing about an account.
    /// </summary>
    Register,

    /// <summary>Proves an address.</summary>
    Verify,

    /// <summary>Sets a password, the first one included.</summary>
    ChangePassword,

    /// <summary>A code that is a second factor.</summary>
    SecondFactor,

    /// <summary>Tells the person what happened to their account.</summary>
    Notice,
}

/// <summary>A mail that somebody wants sent.</summary>
/// <param name="Purpose">What it is for.</param>
/// <param name="AddressKey">The canonical key of the address.</param>
public sealed record MailWish(MailPurpose Purpose, string AddressKey)
{
    /// <summary>Whose account it is about, if there is one.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The application that it leads to, if any.</summary>
    public Guid? ApplicationId { get; init; }

    /// <summary>Where the wish came from; null if it came from a server that we know, by its key.</summary>
    public IPAddress? RemoteAddress { get; init; }
}

/// <summary>
/// How many mails there may be: to an address, about an account, for a network, through an application. One policy for all kinds
/// of mail. It is asked inside the transaction that would queue the mail. Over the limit a stranger is told the same as always and
/// nothing is sent; a person who is signed in may be told.
/// </summary>
public sealed class MailLimits(QuotaCounter quotas, IOptions<ServerOptions> options)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Counts the mail and says whether it may be sent.</summary>
    public async Task<bool> TryCountAsync(ServerDbContext db, MailWish wish, CancellationToken token)
    {
        if (!options.Value.RateLimits.Enabled)
        {
            return true;
        }

        // From the widest to the narrowest: a network that floods uses up its own share, not its victims'.
        return (wish.RemoteAddress is null || await Count("network", Network.Of(wish.RemoteAddress).ToString(), 60, Hour))
            && (wish.ApplicationId is not { } application || await Count("application", application.ToString(), 3_000, Hour))
            && (wish.UserId is not { } user || await Count("account:" + wish.Purpose, user.ToString(), wish.Purpose is MailPurpose.Notice ? 20 : 8, Hour))
            && (wish.Purpose is MailPurpose.Notice
                || (await Count("address:" + wish.Purpose, wish.AddressKey, 8, Hour) && await Count("address", wish.AddressKey, 40, Day)));

        Task<bool> Count(string what, string subject, int limit, TimeSpan window) =>
            quotas.TryCountAsync(db, "mail:" + what, subject, limit, window, token);
    }
}
