using IdentityServer.Data;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Groups;

/// <summary>A person to be put into a group.</summary>
/// <param name="Id">An id of the caller's choice for the membership; null, a random one.</param>
/// <param name="GroupId">The group.</param>
/// <param name="UserId">The person.</param>
/// <param name="Data">Free data as a JSON object.</param>
/// <param name="Field">Where in the request it stands, for findings.</param>
public sealed record NewMember(Guid? Id, Guid GroupId, Guid UserId, string Data, string Field);

/// <summary>Who is in which group. The writing methods run in the caller's transaction.</summary>
public sealed class Members(Database database)
{
    /// <summary>The memberships of a person.</summary>
    public async Task<IReadOnlyList<GroupMember>> OfUserAsync(User user, CancellationToken cancellation) =>
        user.GroupIds.Count == 0 ? [] : [.. (await OfUsersAsync([user.Id], cancellation))[user.Id]];

    /// <summary>The memberships of several people.</summary>
    public async Task<ILookup<Guid, GroupMember>> OfUsersAsync(IReadOnlyList<Guid> userIds, CancellationToken cancellation) =>
        (userIds.Count == 0 ? [] : await database.ReadAsync(
            (db, token) => db.GroupMembers.Where(row => userIds.Contains(row.UserId)).OrderBy(row => row.CreatedAt).ToListAsync(token),
            cancellation)).ToLookup(row => row.UserId);

    /// <summary>Puts people into groups; with <paramref name="replace"/>, nobody else stays in the groups that are named.</summary>
    public static async Task<FieldResult<List<GroupMember>>> AddAsync(
        ServerDbContext db, IReadOnlyList<NewMember> wanted, bool replace, DateTimeOffset now, CancellationToken cancellation)
    {
        var users = await LockAsync(db, [.. wanted.Select(row => row.UserId).Distinct()], cancellation);
        var checkedRows = await CheckAsync(db, wanted, users, replace, now, cancellation);
        if (!checkedRows.Failed(out _, out var rows))
        {
            await StoreAsync(db, rows, replace ? [.. wanted.Select(row => row.GroupId).Distinct()] : [], cancellation);
        }

        return checkedRows;
    }

    /// <summary>The rows to store, if all may be stored; <paramref name="users"/> are the people there are.</summary>
    public static async Task<FieldResult<List<GroupMember>>> CheckAsync(
        ServerDbContext db, IReadOnlyList<NewMember> wanted, IReadOnlySet<Guid> users, bool replace, DateTimeOffset now, CancellationToken cancellation)
    {
        var groupIds = wanted.Select(row => row.GroupId).Distinct().ToList();
        var userIds = wanted.Select(row => row.UserId).Distinct().ToList();
        var ids = wanted.Select(row => row.Id).OfType<Guid>().ToList();
        var groups = (await db.Groups.Where(row => groupIds.Contains(row.Id)).Select(row => row.Id).ToListAsync(cancellation)).ToHashSet();
        var there = replace ? [] : (await db.GroupMembers.AsNoTracking()
            .Where(row => groupIds.Contains(row.GroupId) && userIds.Contains(row.UserId))
            .Select(row => new { row.GroupId, row.UserId }).ToListAsync(cancellation)).Select(row => (row.GroupId, row.UserId)).ToHashSet();
        var taken = (await db.GroupMembers.Where(row => ids.Contains(row.Id) && (!replace || !groupIds.Contains(row.GroupId)))
            .Select(row => row.Id).ToListAsync(cancellation)).ToHashSet();
        var errors = new FieldErrors();
        foreach (var member in wanted)
        {
            if (!groups.Contains(member.GroupId))
            {
                errors.Add(member.Field + ".groupId", "invalid", "There is no such group.");
            }
            else if (!users.Contains(member.UserId))
            {
                errors.Add(member.Field + ".userId", "invalid", "There is no such user.");
            }
            else if (!there.Add((member.GroupId, member.UserId)))
            {
                errors.Add(member.Field + ".userId", "duplicate", "The person is in this group already.");
            }
            else if (member.Id is { } id && !taken.Add(id))
            {
                errors.Add(member.Field + ".id", "duplicate", "There is a membership with this id.");
            }
        }

        return errors.Any ? errors : wanted.Select(member => new GroupMember
        {
            Id = member.Id ?? Guid.CreateVersion7(now),
            GroupId = member.GroupId,
            UserId = member.UserId,
            Data = member.Data,
            CreatedAt = now,
        }).ToList();
    }

    /// <summary>Stores what was checked; whoever else is in <paramref name="emptied"/> groups leaves them.</summary>
    public static async Task StoreAsync(ServerDbContext db, List<GroupMember> rows, IReadOnlyList<Guid> emptied, CancellationToken cancellation)
    {
        var users = rows.Select(row => row.UserId).ToHashSet();
        if (emptied.Count > 0)
        {
            users.UnionWith(await db.GroupMembers.Where(row => emptied.Contains(row.GroupId)).Select(row => row.UserId).ToListAsync(cancellation));
            await db.GroupMembers.Where(row => emptied.Contains(row.GroupId)).ExecuteDeleteAsync(cancellation);
        }

        db.GroupMembers.AddRange(rows);
        await db.SaveChangesAsync(cancellation);
        await NoteAsync(db, [.. users], cancellation);
    }

    /// <summary>Takes people out of groups. How many memberships ended.</summary>
    public static async Task<int> RemoveAsync(ServerDbContext db, IReadOnlyList<GroupMember> memberships, CancellationToken cancellation)
    {
        var ids = memberships.Select(row => row.Id).ToList();
        var removed = await db.GroupMembers.Where(row => ids.Contains(row.Id)).ExecuteDeleteAsync(cancellation);
        await NoteAsync(db, [.. memberships.Select(row => row.UserId).Distinct()], cancellation);
        return removed;
    }

    /// <summary>Writes down beside the people which groups they are in now.</summary>
    internal static async Task NoteAsync(ServerDbContext db, IReadOnlyList<Guid> userIds, CancellationToken cancellation)
    {
        await LockAsync(db, userIds, cancellation);
        var groups = (await db.GroupMembers.AsNoTracking().Where(row => userIds.Contains(row.UserId)).ToListAsync(cancellation))
            .ToLookup(row => row.UserId, row => row.GroupId);
        foreach (var userId in userIds)
        {
            List<Guid> now = [.. groups[userId].Order()];
            await db.Users.Where(row => row.Id == userId).ExecuteUpdateAsync(set => set.SetProperty(row => row.GroupIds, now), cancellation);
        }
    }

    // A write to the rows before the look: two who change the groups of one person come one after the other. In the order of ids,
    // so that they don't wait for each other in a circle.
    private static async Task<HashSet<Guid>> LockAsync(ServerDbContext db, IReadOnlyList<Guid> userIds, CancellationToken cancellation)
    {
        var there = new HashSet<Guid>();
        foreach (var userId in userIds.Order())
        {
            if (await db.Users.Where(row => row.Id == userId)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.UpdatedAt, row => row.UpdatedAt), cancellation) == 1)
            {
                there.Add(userId);
            }
        }

        return there;
    }
}
