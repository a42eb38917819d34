using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Forms;

/// <summary>How people's consents come and go.</summary>
public static class UserConsents
{
    /// <summary>The ids of what this person agrees to.</summary>
    public static async Task<IReadOnlySet<Guid>> ActiveAsync(ServerDbContext db, Guid userId, CancellationToken cancellation) =>
        (await db.UserConsents.Where(row => row.UserId == userId && row.Status == ConsentStatus.Active).Select(row => row.ConsentId).ToListAsync(cancellation))
            .ToHashSet();

    /// <summary>Notes, in the caller's transaction, what a person answered in a form to what they are asked to agree to.</summary>
    public static async Task SetAsync(
        ServerDbContext db, Guid userId, IEnumerable<FieldValue> values, DateTimeOffset now, CancellationToken cancellation)
    {
        foreach (var (field, value) in values.Where(value => value.Field.Definition.ConsentId is not null))
        {
            var consentId = field.Definition.ConsentId!.Value;
            var given = value?.GetValue<bool>() == true;
            var row = await db.UserConsents.SingleOrDefaultAsync(row => row.UserId == userId && row.ConsentId == consentId, cancellation);
            var status = given ? ConsentStatus.Active : ConsentStatus.Revoked;
            if (row is null && given)
            {
                db.UserConsents.Add(new UserConsent
                {
                    Id = Guid.CreateVersion7(now),
                    UserId = userId,
                    ConsentId = consentId,
                    GiverUserId = userId,
                    CreatedAt = now,
                    UpdatedAt = now,
                });
            }
            else if (row is not null && row.Status != status)
            {
                row.Status = status;
                row.UpdatedAt = now;
            }
        }
    }
}
