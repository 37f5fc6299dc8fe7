# step: claim
cat > claim.yaml <<'EOF'
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: notes
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 1Gi
EOF
kubectl apply -f claim.yaml
cat > disk.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: disk
spec:
  terminationGracePeriodSeconds: 2
  containers:
    - name: notes
      image: busybox:1.37
      command: ["sh", "-c", "mkdir -p /data; echo started >> /data/starts; echo this is start number $(wc -l < /data/starts); sleep infinity"]
      volumeMounts:
        - name: data
          mountPath: /data
  volumes:
    - name: data
      persistentVolumeClaim:
        claimName: note
EOF
kubectl apply -f disk.yaml
