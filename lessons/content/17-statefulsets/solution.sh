# step: order
cat > db.yaml <<'EOF'
apiVersion: v1
kind: Service
metadata:
  name: db
spec:
  clusterIP: None
  selector:
    app: db
  ports:
    - port: 6379
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: db
spec:
  serviceName: db
  replicas: 3
  selector:
    matchLabels:
      app: db
  template:
    metadata:
      labels:
        app: db
    spec:
      containers:
        - name: redis
          image: redis:8
          volumeMounts:
            - name: data
              mountPath: /data
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: ["ReadWriteOnce"]
        resources:
          requests:
            storage: 1Gi
EOF
kubectl apply -f db.yaml

# step: again
kubectl delete pod db-1 --wait=false

# step: names
kubectl run ask --image=busybox:1.37 --restart=Never -- nslookup db-1.db.default.svc.cluster.local
clock advance 10s
kubectl logs ask

# step: scale
kubectl scale statefulset db --replicas=1
kubectl scale statefulset db --replicas=3

# step: node
fault node-off {{ pods.filter(p, p.metadata.name == 'db-1')[0].spec.nodeName }}
clock advance 400s

# step: release
kubectl delete pod db-1 --force
clock advance 400s
