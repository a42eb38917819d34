using IdentityServer.Data;
using IdentityServer.Factors;
using IdentityServer.Links;
using IdentityServer.Users;

namespace IdentityServer.Recovery;

/// <summary>A password that was changed.</summary>
/// <param name="OneTimePassword">What signs in once.</param>
/// <param name="State">What the caller wanted back, as JSON.</param>
public sealed record ChangedPassword(string OneTimePassword, string? State)
{
    /// <summary>The secret never appears in a log.</summary>
    public override string ToString() => nameof(ChangedPassword);
}

/// <summary>
/// New passwords that people set by the management API, without a key: by an id that was mailed or handed out, or with the old one.
/// Who has a second factor proves that, too. All access ends, and what comes back signs in once.
/// </summary>
public sealed class DirectPasswordChange(
    Database database, PasswordReset reset, PasswordChange passwords, TrustTokens trustTokens, LinkStore links, IEnumerable<IUserAccess> access, TimeProvider clock)
{
    /// <summary>Says that the second factor is to be proved first.</summary>
    public static FieldErrors TrustRequired() =>
        new FieldErrors().AddGeneral("TrustTokenRequired", "The person has a second factor: begin with /api/two-factor/start and a trustChallenge.");

    /// <summary>Changes it by an id; null: the id is worth nothing.</summary>
    public async Task<FieldResult<ChangedPassword>?> ByIdAsync(string id, string password, TrustProof proof, CancellationToken cancellation)
    {
        if (await reset.FindAsync(id, cancellation) is not var (link, user))
        {
            return null;
        }

        return await ChangeAsync(
            user,
            password,
            proof,
            links.FactsOf(link).More.GetValueOrDefault(PasswordReset.State),
            async (db, hash, token) => await links.SpendAsync(db, id, link.Purpose, token)
                && await reset.SetAsync(db, link, hash, endAccess: true, token) is not null,
            cancellation);
    }

    /// <summary>Changes it for somebody who proved the old one; null: a credential was changed meanwhile.</summary>
    public Task<FieldResult<ChangedPassword>?> OfAsync(User user, string password, TrustProof proof, CancellationToken cancellation) => ChangeAsync(
        user,
        password,
        proof,
        null,
        async (db, hash, token) =>
        {
            if (!await passwords.SetAsync(db, user, hash, token))
            {
                return false;
            }

            foreach (var kind in access)
            {
                await kind.EndAsync(db, user.Id, applicationId: null, clock.GetUtcNow(), token);
            }

            return true;
        },
        cancellation);

    private async Task<FieldResult<ChangedPassword>?> ChangeAsync(
        User user, string password, TrustProof proof, string? state, Func<ServerDbContext, string, CancellationToken, Task<bool>> set, CancellationToken cancellation)
    {
        var isTrustNeeded = TrustTokens.IsNeeded(user);
        if (isTrustNeeded && !await trustTokens.CountsAsync(user, proof, cancellation))
        {
            return TrustRequired();
        }

        if ((await passwords.PrepareAsync(user, password, await reset.MinLengthAsync(user, cancellation), cancellation)).Failed(out var errors, out var hash))
        {
            return errors;
        }

        var wanted = new NewLink { Purpose = LinkPurpose.OneTimePassword, TenantId = user.TenantId, UserId = user.Id, WithCode = false };
        var made = await database.WriteAsync(
            async (db, token) => (!isTrustNeeded || await trustTokens.SpendAsync(db, proof, token)) && await set(db, hash, token)
                ? await links.MakeAsync(db, wanted with { Id = Guid.CreateVersion7(clock.GetUtcNow()) }, token)
                : null,
            cancellation);
        return made is null ? default(FieldResult<ChangedPassword>?) : new ChangedPassword(made.Secret, state);
    }
}
