using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Forms;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Registrations;

/// <summary>What people say of themselves in forms after they have been created: of the person and of a registration, all or nothing.</summary>
public sealed class Profiles(Database database, People people, Registrar registrar, ApplicationCatalog applications, TimeProvider clock)
{
    private static readonly FieldErrors Gone = new FieldErrors().AddGeneral("missing", "The account or the application is gone.");

    /// <summary>
    /// Stores the values. <paramref name="applicationId"/> names the registration that values may belong to; where there is none
    /// yet, it is made if <paramref name="registers"/> says so. <paramref name="proof"/> spends what proves the address among the values,
    /// which counts as proven then, or has something against it, and then nothing is stored.
    /// </summary>
    public async Task<FieldResult<User>> SaveAsync(
        Guid userId, Guid? applicationId, IReadOnlyList<FieldValue> values, bool registers, string actor, CancellationToken cancellation,
        Func<ServerDbContext, CancellationToken, Task<FieldErrors?>>? proof = null)
    {
        try
        {
            return await database.WriteAsync(
                async (db, token) =>
                {
                    var outcome = await SaveAsync(db, userId, applicationId, values, registers, actor, proof, token);
                    if (outcome.Failed(out _, out _))
                    {
                        db.ChangeTracker.Clear();
                    }

                    return outcome;
                },
                cancellation);
        }
        catch (DbUpdateException exception) when (RegistrationRules.Duplicate(exception) is { } duplicate)
        {
            return duplicate;
        }
    }

    /// <summary>The ids of what a person agrees to.</summary>
    public Task<IReadOnlySet<Guid>> ConsentsAsync(Guid userId, CancellationToken cancellation) =>
        database.ReadAsync((db, token) => UserConsents.ActiveAsync(db, userId, token), cancellation);

    private async Task<FieldResult<User>> SaveAsync(
        ServerDbContext db, Guid userId, Guid? applicationId, IReadOnlyList<FieldValue> values, bool registers, string actor,
        Func<ServerDbContext, CancellationToken, Task<FieldErrors?>>? proof, CancellationToken token)
    {
        if (await SaveUserAsync(db, userId, values, actor, token) is not { } changed)
        {
            return Gone;
        }

        if (changed.Failed(out var errors, out var user))
        {
            return errors;
        }

        if (applicationId is { } id && await SaveRegistrationAsync(db, userId, id, values, registers, actor, token) is { } refused)
        {
            return refused;
        }

        // Last of what may refuse, so that a proof is spent for something.
        if (proof is not null)
        {
            if (await proof(db, token) is { } worthless)
            {
                return worthless;
            }

            (user.Verified, user.VerifiedAt) = (true, clock.GetUtcNow());
        }

        await UserConsents.SetAsync(db, userId, values, clock.GetUtcNow(), token);
        return user;
    }

    private async Task<FieldResult<User>?> SaveUserAsync(
        ServerDbContext db, Guid userId, IReadOnlyList<FieldValue> values, string actor, CancellationToken token)
    {
        if (values.Any(value => !value.Field.Key.OfRegistration && value.Field.Definition.ConsentId is null))
        {
            return await people.ChangeAsync(db, userId, stored => PersonAnswers.Apply(UserDetails.Of(stored), values), actor, token);
        }

        return await db.Users.SingleOrDefaultAsync(row => row.Id == userId, token) is { } user ? (FieldResult<User>?)user : null;
    }

    private async Task<FieldErrors?> SaveRegistrationAsync(
        ServerDbContext db, Guid userId, Guid applicationId, IReadOnlyList<FieldValue> values, bool registers, string actor, CancellationToken token)
    {
        var changed = await registrar.ChangeAsync(
            db, userId, applicationId, stored => PersonAnswers.Apply(RegistrationDetails.Of(stored), values), actor, token);
        if (changed is { } outcome)
        {
            return outcome.Failed(out var errors, out _) ? errors : null;
        }

        if (!registers)
        {
            return null; // Nothing of the values is about a registration then.
        }

        var wanted = (NewRegistration)PersonAnswers.Apply(new NewRegistration { ApplicationId = applicationId, Verified = true }, values);
        var application = applications.Find(applicationId);
        var found = RegistrationRules.Check(wanted, application);
        if (found.Any)
        {
            return found;
        }

        registrar.Add(db, registrar.Row(wanted, userId, application!), actor);
        return null;
    }
}
