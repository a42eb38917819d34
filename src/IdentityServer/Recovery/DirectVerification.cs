using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Links;
using IdentityServer.Users;

namespace IdentityServer.Recovery;

/// <summary>
/// Proofs of an address that callers of the management API finish: by an id, and by the mailed code where the id is in the hands of
/// whoever wants the proof. A proof may be begun first and mailed later.
/// </summary>
public sealed class DirectVerification(
    Database database,
    People people,
    PasswordReset reset,
    AddressVerification verification,
    LinkStore links,
    LinkConfirmation confirmation,
    Mailer mailer,
    MailLimits limits,
    ApplicationCatalog applications)
{
    private const string Mailed = "code";

    /// <summary>Begins one without a mail; null: the person has no address.</summary>
    public Task<MadeLink?> StartAsync(User user, RecoveryWish wish, CancellationToken cancellation) => database.WriteAsync(
        async (db, token) =>
        {
            if (await verification.QueueAsync(db, user, LinkPurpose.VerifyEmail, wish, token, sends: false) is not { } made)
            {
                return null;
            }

            // Sealed: the mail that is sent later says it.
            var facts = links.FactsOf(made.Row);
            made.Row.Payload = links.Seal(
                made.Row.Id, facts with { More = new Dictionary<string, string>(facts.More) { [Mailed] = made.Code! } });
            return made;
        },
        cancellation);

    /// <summary>Mails what was begun. Null: there is nothing to mail; false: there were too many mails already.</summary>
    public async Task<bool?> SendAsync(string id, CancellationToken cancellation)
    {
        if (await links.FindAsync(id, cancellation) is not { Purpose: LinkPurpose.VerifyEmail, UserId: { } userId } link
            || links.StateOf(link) is not LinkState.Waiting
            || links.FactsOf(link).More.GetValueOrDefault(Mailed) is not { } code
            || await people.FindAsync(userId, cancellation) is not { Active: true } user || user.EmailKey != link.EmailKey)
        {
            return null;
        }

        var application = link.ApplicationId is { } applicationId ? applications.Find(applicationId) : null;
        return await database.WriteAsync(
            async (db, token) =>
            {
                var counted = await limits.TryCountAsync(
                    db, new(MailPurpose.Verify, user.EmailKey!) { UserId = user.Id, ApplicationId = application?.Id }, token);
                if (counted)
                {
                    mailer.Queue(db, reset.Draft(new MadeLink(link, id, code), user.Email!, user, application));
                }

                return counted;
            },
            cancellation);
    }

    /// <summary>Finishes one. False: id or code is worth nothing. Wrong codes are counted, and there are few.</summary>
    public async Task<bool> CompleteAsync(string id, string? typed, LinkPurpose purpose, CancellationToken cancellation)
    {
        if (await links.FindAsync(id, cancellation) is not { } link || link.Purpose != purpose)
        {
            return false;
        }

        return verification.TakesCode(link)
            ? (await confirmation.ConfirmAsync(new LinkProof { Secret = id, Typed = typed }, cancellation)).Succeeded
            : await verification.CompleteAsync(id, purpose, cancellation);
    }

    /// <summary>What the caller wanted back, as JSON.</summary>
    public async Task<string?> StateAsync(string id, CancellationToken cancellation) =>
        await links.FindAsync(id, cancellation) is { } link ? links.FactsOf(link).More.GetValueOrDefault(PasswordReset.State) : null;
}
