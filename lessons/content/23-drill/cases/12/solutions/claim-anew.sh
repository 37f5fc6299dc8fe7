# step: diagnose
predict class
# step: repair
kubectl delete pod database
kubectl delete pvc data
cat > data.yaml <<'EOF'
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 1Gi
---
apiVersion: v1
kind: Pod
metadata:
  name: database
spec:
  containers:
    - name: database
      image: redis
      volumeMounts:
        - name: data
          mountPath: /data
  volumes:
    - name: data
      persistentVolumeClaim:
        claimName: data
EOF
kubectl apply -f data.yaml
clock advance 60s
