using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdentityServer.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class LinksByAddress : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_Links_EmailKey_Purpose",
                table: "Links",
                columns: new[] { "EmailKey", "Purpose" },
                filter: "\"UserId\" IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Links_EmailKey_Purpose",
                table: "Links");
        }
    }
}
