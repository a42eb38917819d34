using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace IdentityServer.Data;

/// <summary>
/// Writes of one statement for hot paths, inside <see cref="Database.WriteAsync{T}"/>: what EF Core's change tracker does around an
/// insert, and its translation around an update, costs several times what the statement does. Columns and their conversions come
/// from EF Core's model all the same, so there is one mapping, on both databases.
/// </summary>
internal static class DirectWrites
{
    private const string InsertAnnotation = "IdentityServer:Insert";

    /// <summary>Inserts a row now.</summary>
    public static async Task InsertAsync<T>(this ServerDbContext db, T row, CancellationToken cancellation)
        where T : class
    {
        var insert = Entity<T>(db).GetOrAddRuntimeAnnotationValue(InsertAnnotation, static type => new Insert(type!), Entity<T>(db));
        await using var command = NewCommand(db, insert.Sql);
        foreach (var column in insert.Columns)
        {
            column.AddTo(command, column.Read(row));
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Runs an update now and returns how many rows it changed. The statement names a parameter after the property whose column
    /// decides its form.
    /// </summary>
    public static async Task<int> UpdateAsync<T>(
        this ServerDbContext db, string sql, CancellationToken cancellation, params (string Property, object? Value)[] parameters)
        where T : class
    {
        await using var command = NewCommand(db, sql);
        foreach (var (property, value) in parameters)
        {
            new Column(Entity<T>(db).FindProperty(property)!).AddTo(command, value);
        }

        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static IEntityType Entity<T>(ServerDbContext db) => db.Model.FindEntityType(typeof(T))!;

    private static DbCommand NewCommand(ServerDbContext db, string sql)
    {
        var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction!.GetDbTransaction();
#pragma warning disable CA2100 // Made of the model's names, or a constant.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    private sealed class Insert
    {
        public Insert(IEntityType type)
        {
            Columns = [.. type.GetProperties().Select(property => new Column(property))];
            var names = string.Join(", ", Columns.Select(column => $"\"{column.Name}\""));
            var values = string.Join(", ", Columns.Select(column => column.Parameter));
            Sql = $"INSERT INTO \"{type.GetTableName()}\" ({names}) VALUES ({values})";
        }

        public string Sql { get; }

        public Column[] Columns { get; }
    }

    private readonly struct Column(IProperty property)
    {
        public string Name => property.GetColumnName();

        public string Parameter { get; } = "@" + property.Name;

        public object? Read(object row) => property.GetGetter().GetClrValue(row);

        public void AddTo(DbCommand command, object? value) =>
            command.Parameters.Add(property.GetRelationalTypeMapping().CreateParameter(command, Parameter, value, property.IsNullable));
    }
}
