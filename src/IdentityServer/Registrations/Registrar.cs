using IdentityServer.Applications;
using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Forms;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Registrations;

/// <summary>A person and their new registration.</summary>
public sealed record Registered(User User, Registration Registration);

/// <summary>How people get into applications and out again.</summary>
public sealed class Registrar(
    Database database, People people, ApplicationCatalog applications, IEnumerable<IUserAccess> access, TimeProvider clock)
{
    /// <summary>The person's registration in the application.</summary>
    public Task<Registration?> FindAsync(Guid userId, Guid applicationId, CancellationToken cancellation) =>
        database.ReadAsync(
            (db, token) => db.Registrations.FirstOrDefaultAsync(row => row.UserId == userId && row.ApplicationId == applicationId, token),
            cancellation);

    /// <summary>All registrations of a person.</summary>
    public Task<List<Registration>> ListAsync(Guid userId, CancellationToken cancellation) =>
        database.ReadAsync((db, token) => db.Registrations.Where(row => row.UserId == userId).OrderBy(row => row.CreatedAt).ToListAsync(token), cancellation);

    /// <summary>The ids of all people in an application.</summary>
    public async Task<HashSet<Guid>> OfApplicationAsync(Guid applicationId, CancellationToken cancellation) =>
        [.. await database.ReadAsync(
            (db, token) => db.Registrations.Where(row => row.ApplicationId == applicationId).Select(row => row.UserId).ToListAsync(token), cancellation)];

    /// <summary>
    /// Creates a person and their registration, both or neither, with the consents that they give in <paramref name="answers"/>, and
    /// whatever <paramref name="alongside"/> writes in the same transaction. What <paramref name="first"/> has against it there is the
    /// answer, and then nothing is created.
    /// </summary>
    public async Task<FieldResult<Registered>> CreateAsync(
        NewUser user, NewRegistration registration, string actor, CancellationToken cancellation, IReadOnlyList<FieldValue>? answers = null,
        Func<ServerDbContext, User, CancellationToken, Task>? alongside = null, Func<ServerDbContext, CancellationToken, Task<FieldErrors?>>? first = null)
    {
        var application = applications.Find(registration.ApplicationId);
        var errors = RegistrationRules.Check(registration, application);
        if (errors.Any)
        {
            return errors;
        }

        if ((await people.PrepareAsync(user, cancellation)).Failed(out errors, out var person))
        {
            return errors;
        }

        var row = Row(registration, person.Id, application!);
        try
        {
            return await database.WriteAsync<FieldResult<Registered>>(
                async (db, token) =>
                {
                    if (first is not null && await first(db, token) is { } refusal)
                    {
                        return refusal;
                    }

                    people.Add(db, person, actor);
                    Add(db, row, actor);
                    await UserConsents.SetAsync(db, person.Id, answers ?? [], row.CreatedAt, token);
                    await (alongside?.Invoke(db, person, token) ?? Task.CompletedTask);
                    return new Registered(person, row);
                },
                cancellation);
        }
        catch (DbUpdateException exception) when (RegistrationRules.Duplicate(exception) is { } duplicate)
        {
            return duplicate;
        }
    }

    /// <summary>Registers a person who exists already. Null: there is no such person.</summary>
    public async Task<FieldResult<Registration>?> CreateAsync(Guid userId, NewRegistration registration, string actor, CancellationToken cancellation)
    {
        var application = applications.Find(registration.ApplicationId);
        var errors = RegistrationRules.Check(registration, application);
        if (errors.Any)
        {
            return errors;
        }

        var row = Row(registration, userId, application!);
        try
        {
            await database.WriteAsync(
                (db, _) =>
                {
                    Add(db, row, actor);
                    return Task.CompletedTask;
                },
                cancellation);
            return row;
        }
        catch (DbUpdateException exception) when (RegistrationRules.Duplicate(exception) is { } duplicate)
        {
            return duplicate;
        }
        catch (DbUpdateException exception) when (DatabaseErrors.IsMissingReference(exception))
        {
            return null;
        }
    }

    /// <summary>
    /// Changes a registration: <paramref name="change"/> turns what is stored now into what shall be, under a lock, so that no
    /// parallel change is lost. Null: there is no such registration.
    /// </summary>
    public Task<FieldResult<Registration>?> UpdateAsync(
        Guid userId, Guid applicationId, Func<Registration, FieldResult<RegistrationDetails>> change, string actor, CancellationToken cancellation) =>
        database.WriteAsync((db, token) => ChangeAsync(db, userId, applicationId, change, actor, token), cancellation);

    /// <summary>The same in the caller's transaction.</summary>
    internal async Task<FieldResult<Registration>?> ChangeAsync(
        ServerDbContext db, Guid userId, Guid applicationId, Func<Registration, FieldResult<RegistrationDetails>> change, string actor, CancellationToken token)
    {
        var rows = db.Registrations.Where(row => row.UserId == userId && row.ApplicationId == applicationId);

        // A write to the row before it is read: whoever else wants to change it waits until this transaction is over.
        if (await rows.ExecuteUpdateAsync(set => set.SetProperty(row => row.UpdatedAt, row => row.UpdatedAt), token) == 0)
        {
            return null;
        }

        var registration = await rows.SingleAsync(token);
        if (change(registration).Failed(out var errors, out var details))
        {
            return errors;
        }

        var application = applications.Find(applicationId);
        errors = RegistrationRules.Check(details, application);
        if (errors.Any)
        {
            return errors;
        }

        details.ApplyTo(registration, application!.DefaultRoles);
        registration.UpdatedAt = clock.GetUtcNow();
        Audit(db, actor, "registration changed", registration);
        return registration;
    }

    /// <summary>Ends a registration, and the person's access to the application. False: there is no such registration.</summary>
    public Task<bool> DeleteAsync(Guid userId, Guid applicationId, string actor, CancellationToken cancellation) =>
        database.WriteAsync(
            async (db, token) =>
            {
                var registration = await db.Registrations.SingleOrDefaultAsync(row => row.UserId == userId && row.ApplicationId == applicationId, token);
                if (registration is null)
                {
                    return false;
                }

                await db.Registrations.Where(row => row.Id == registration.Id).ExecuteDeleteAsync(token);
                foreach (var kind in access)
                {
                    await kind.EndAsync(db, userId, applicationId, clock.GetUtcNow(), token);
                }

                Audit(db, actor, "registration deleted", registration);
                return true;
            },
            cancellation);

    /// <summary>A registration, checked and not yet stored.</summary>
    internal Registration Row(NewRegistration wanted, Guid userId, Application application)
    {
        var now = clock.GetUtcNow();
        var row = new Registration
        {
            Id = wanted.Id ?? Guid.CreateVersion7(now),
            UserId = userId,
            ApplicationId = wanted.ApplicationId,
            Verified = wanted.Verified,
            VerifiedAt = wanted.Verified ? now : null,
            CreatedAt = now,
            UpdatedAt = now,
        };
        wanted.ApplyTo(row, application.DefaultRoles);
        return row;
    }

    /// <summary>Stores a registration in the caller's transaction.</summary>
    internal void Add(ServerDbContext db, Registration row, string actor)
    {
        db.Registrations.Add(row);
        Audit(db, actor, "registration created", row);
    }

    private void Audit(ServerDbContext db, string actor, string message, Registration row) =>
        AuditLog.Add(
            db,
            actor,
            message,
            new Dictionary<string, string> { ["userId"] = row.UserId.ToString(), ["applicationId"] = row.ApplicationId.ToString() },
            clock.GetUtcNow());
}
