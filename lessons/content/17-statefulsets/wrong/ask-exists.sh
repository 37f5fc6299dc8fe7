# step: names
kubectl run ask --image=busybox:1.37 --restart=Never -- nslookup db-1
kubectl run ask --image=busybox:1.37 --restart=Never -- nslookup db-1.db.default.svc.cluster.local
