using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Links;
using IdentityServer.Recovery;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary>Mails people whom the management API creates a link to set their password: <c>sendSetPasswordEmail</c>.</summary>
internal sealed class Invitations(PasswordReset reset, MailAvailability mail)
{
    private const string Member = "sendSetPasswordEmail";

    /// <summary>Whether the caller wants it; notes why it cannot be.</summary>
    public bool Read(ApiRequest request, NewUser wanted)
    {
        if (!request.Beside().Flag(Member))
        {
            return false;
        }

        if (!mail.IsOn)
        {
            request.Errors.Add(Member, "mailUnavailable", "No mail can be sent.");
        }
        else if (string.IsNullOrWhiteSpace(wanted.Email))
        {
            request.Errors.Add(Member, "missingEmail", "The person has no e-mail address.");
        }

        return true;
    }

    /// <summary>Queues the mail in the transaction in which the person is created.</summary>
    public Task QueueAsync(ServerDbContext db, User user, CancellationToken token) =>
        reset.MakeAsync(db, LinkPurpose.Invitation, user, user.EmailKey, user.Email!, new RecoveryWish(), token);
}
